"""Take off a word what Moroccan Arabic adds to it, so that what is left may stand in the lexicon.

In front of it: conjunctions, one-letter prepositions and the article; around a verb: persons, pronouns and the ش of
negation. Particles are taken off the folded word; persons and pronouns off the forms of `nlu.arabizi`, which both
scripts share.
"""

from __future__ import annotations

from itertools import product

from nlu.arabizi import skeleton

_ARABIC_PARTICLES = "فبلدكه"
_LATIN_PARTICLES = "fbldk"
_SHORTEST = 3

# Of consonant skeletons, for roots: "ntsejlo" is NTSJL, "ghansejlouhom" GNSJLHM.
_ROOT_BEFORE = frozenset(
    ["W", "F", "B", "L", "D", "M", "N", "T", "Y", "Q", "QN", "QT", "QY", "G", "GN", "GT", "GY", "NT", "YT", "ML", "LM"]
)
_ROOT_AFTER = frozenset(
    ["T", "N", "H", "L", "Q", "C", "HM", "QM", "NL", "TC", "NC", "LN", "LH", "TL", "TN", "LQM", "TH", "NH"]
)

# Of vowelled forms: tense, then person; then person, object and negation ("ma bghithach": BGyT + Ha + C).
_BEFORE = frozenset(
    tense + person for tense, person in product(("", "Q", "Qa", "Ta", "G", "Ga"), ("", "N", "T", "y", "NT", "yT"))
) - {""}
_PERSONS = ("", "w", "T", "aT", "yT", "Ty", "Tw", "yTw", "Na", "yNa", "y", "yN", "Twa", "wa")
_OBJECTS = (
    "", "Ny", "N", "Q", "QM", "QwM", "H", "Ha", "a", "HM", "HwM", "Na", "w", "yH", "yHa", "yHM",
    "Ly", "Lya", "LyQ", "LyH", "LyHa", "LHa", "Lw", "LyNa", "LNa", "LQM", "LyQM", "LHM", "LyHM", "Lwa",
    "LQwM", "LyQwM", "LHwM", "LyHwM",
)  # fmt: skip
_AFTER = frozenset("".join(parts) for parts in product(_PERSONS, _OBJECTS, ("", "C"))) - {""}


def strip_particles(word: str) -> tuple[str, ...]:
    """The word and what is left of it without conjunction, one-letter preposition and article, longest first."""
    arabic = word[:1] > "\u0600"
    shortest = 2 if arabic else 3
    forms = [word]
    for conjunction in ("و",) if arabic else ("ou", "w"):
        rest = word.removeprefix(conjunction)
        forms += [rest] if len(rest) < len(word) and len(rest) >= shortest else []
    particles = _ARABIC_PARTICLES if arabic else _LATIN_PARTICLES
    forms += [form[1:] for form in forms if form[0] in particles and len(form) > shortest]
    for article in ("ال", "ل") if arabic else ("el", "al", "l"):
        forms += [
            form[len(article) :]
            for form in forms
            if form.startswith(article) and len(form) >= shortest + len(article)
        ]
    return tuple(dict.fromkeys(forms))


def strip_to_roots(bones: str) -> set[str]:
    """The consonants that may be the root of a verb or noun.

    Args:
        bones: a word's `nlu.arabizi.skeleton`.
    """
    return _cut(bones, _ROOT_BEFORE, _ROOT_AFTER)


def strip_persons(form: str) -> set[str]:
    """What a form may be an inflection of; without the form itself.

    Args:
        form: a word's `nlu.arabizi.vowel`.
    """
    return {core for core in _cut(form, _BEFORE, _AFTER) - {form} if len(skeleton(core)) > 1}


def _cut(form: str, before: frozenset[str], after: frozenset[str]) -> set[str]:
    """The form and what is left of it without one of `before`, one of `after`, or both, where that is long enough."""
    inside = range(1, len(form))
    starts = [0, *(at for at in inside if form[:at] in before)]
    ends = [0, *(at for at in inside if form[-at:] in after)]
    cores = (form[start : len(form) - end] for start, end in product(starts, ends))
    return {core for core in cores if len(core) >= _SHORTEST}
