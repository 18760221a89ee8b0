"""From a reply to parts: nothing is lost, no limit is passed, no sign is torn."""

import json
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.channels.base import TELEGRAM_LIMITS, WHATSAPP_LIMITS, Button, Choice, Layout, Part, Reply
from bot.delivery.renderer import is_numbered, isolate, measure, render, split
from bot.registry.offers import add_offers

SPECS = Path(__file__).parents[2].parent / "shared" / "specs"
FSI, PDI = "\u2068", "\u2069"
LIMITS = {"telegram": TELEGRAM_LIMITS, "whatsapp": WHATSAPP_LIMITS}

LABEL = "الاختيارات"


def make_buttons(*titles):
    return [Button(id=f"b{number}", title=title) for number, title in enumerate(titles)]


def make_reply(text, *titles):
    return Reply(text, tuple(Choice(title, f"/say_{number}") for number, title in enumerate(titles)))


# Layout


@pytest.mark.parametrize(
    ("channel", "titles", "layout"),
    [
        ("telegram", [], Layout.NONE),
        ("telegram", ["x"], Layout.INLINE),
        ("telegram", ["a" * 64], Layout.INLINE),
        ("telegram", ["a" * 65], Layout.NONE),
        ("telegram", ["😀" * 33], Layout.NONE),
        ("telegram", [str(n) for n in range(24)], Layout.INLINE),
        ("telegram", [str(n) for n in range(25)], Layout.NONE),
        ("telegram", ["x", "x"], Layout.INLINE),
        ("whatsapp", [], Layout.NONE),
        ("whatsapp", ["نعم", "لا", "ما عرفتش"], Layout.QUICK_REPLY),
        ("whatsapp", ["a" * 20], Layout.QUICK_REPLY),
        ("whatsapp", ["a" * 21], Layout.LIST),
        ("whatsapp", ["1", "2", "3", "4"], Layout.LIST),
        ("whatsapp", ["a" * 24], Layout.LIST),
        ("whatsapp", ["a" * 25], Layout.NONE),
        ("whatsapp", [str(n) for n in range(10)], Layout.LIST),
        ("whatsapp", [str(n) for n in range(11)], Layout.NONE),
        ("whatsapp", ["x", "x"], Layout.NONE),
    ],
)
def test_layout(channel, titles, layout):
    reply, buttons = make_reply("نص", *titles), make_buttons(*titles)
    *before, last = render(reply, buttons, LIMITS[channel], LABEL)
    assert (before, last.layout) == ([], layout)
    assert last.buttons == (tuple(buttons) if layout is not Layout.NONE else ())
    assert is_numbered(reply.choices, LIMITS[channel]) == (bool(titles) and layout is Layout.NONE)


def test_list_can_be_opened():
    (part,) = render(make_reply("?", *"abcd"), make_buttons(*"abcd"), WHATSAPP_LIMITS, LABEL)
    assert (part.layout, part.label) == (Layout.LIST, LABEL)
    (part,) = render(make_reply("?", *"abc"), make_buttons(*"abc"), WHATSAPP_LIMITS, LABEL)
    assert (part.layout, part.label) == (Layout.QUICK_REPLY, "")


def test_choices_that_do_not_fit_are_numbered():
    titles = ["طلب جديد", "Une réponse qui ne tient sur aucun bouton", "الملف AWR-2026-01 ديالي بالتفصيل الممل"]
    (part,) = render(make_reply("اختار:", *titles), make_buttons(*titles), WHATSAPP_LIMITS, LABEL)
    assert part == Part(
        text=f"اختار:\n\n1. {titles[0]}\n2. {titles[1]}\n3. الملف {FSI}AWR-2026-01{PDI} ديالي بالتفصيل الممل"
    )


def test_buttons_are_with_the_last_part():
    parts = render(make_reply("كلمة " * 500, "x"), make_buttons("x"), WHATSAPP_LIMITS, LABEL)
    assert [part.layout for part in parts] == [Layout.NONE, Layout.NONE, Layout.QUICK_REPLY]


def test_phone_is_shared_where_the_channel_can():
    reply = Reply("عطيني نمرتك", share_phone="صيفط النمرة")
    assert render(reply, [], TELEGRAM_LIMITS, LABEL) == [
        Part(text="عطيني نمرتك", layout=Layout.SHARE_PHONE, label="صيفط النمرة")
    ]
    assert render(reply, [], WHATSAPP_LIMITS, LABEL) == [Part(text="عطيني نمرتك")]


# Isolates


@pytest.mark.parametrize(
    ("line", "isolated"),
    [
        ("اتصل ب 05 37 00 00 01 دابا", ["05 37 00 00 01"]),
        ("اتصل ب +212500000001.", ["+212500000001"]),
        ("شوف https://example.ma/a?b=1، ومن بعد", ["https://example.ma/a?b=1"]),
        ("(www.example.ma/x)", []),
        ("الموقع (www.example.ma/x).", ["www.example.ma/x"]),
        ("الملف AWR-2026-00012 تسجل", ["AWR-2026-00012"]),
        ("من 01/02/2026 - 15/03/2026", ["01/02/2026", "15/03/2026"]),
        ("من 9:00 حتى 16:30", ["9:00", "16:30"]),
        ("واجب 1.200,50 درهم", ["1.200,50"]),
        ("واجب 12 500 درهم", ["12 500"]),
        ("عام 2026 و 18 سنة", []),
        ("1. الاختيار", []),
        ("بلا أرقام", []),
        ("Tél. 05 37 00 00 01", []),
        (f"راه {FSI}05 37{PDI} 01/02/2026", ["05 37"]),
    ],
)
def test_runs_are_isolated(line, isolated):
    assert re.findall(f"{FSI}(.*?){PDI}", isolate(line)) == isolated
    assert isolate(line).replace(FSI, "").replace(PDI, "") == line.replace(FSI, "").replace(PDI, "")


def test_isolates_are_made_line_by_line():
    assert isolate("05 37 00 00 01\nنص 05 37") == f"05 37 00 00 01\nنص {FSI}05 37{PDI}"


@given(st.text(alphabet="ابت ab09+-/.:\n،", max_size=200))
def test_isolating_twice_is_isolating_once(text):
    assert isolate(isolate(text)) == isolate(text)


# Cutting


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("", 10, [""]),
        ("  \n ", 10, [""]),
        ("abc", 3, ["abc"]),
        ("first line\n\nsecond line", 15, ["first line", "second line"]),
        ("aaaa bbbb\ncccc dddd", 14, ["aaaa bbbb", "cccc dddd"]),
        ("One two. Three four.", 15, ["One two.", "Three four."]),
        ("شنو هو؟ هادشي لي كاين", 12, ["شنو هو؟", "هادشي لي", "كاين"]),
        ("aaaa bbbb", 6, ["aaaa", "bbbb"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("😀😀😀", 3, ["😀", "😀", "😀"]),
        ("e\u0301e\u0301e\u0301", 3, ["e\u0301", "e\u0301", "e\u0301"]),
        ("مُّ" * 3, 4, ["مُّ"] * 3),
        ("👨\u200d👩\u200d👧x👨\u200d👩\u200d👧", 11, ["👨\u200d👩\u200d👧x", "👨\u200d👩\u200d👧"]),
        ("👍🏽👍🏽", 6, ["👍🏽", "👍🏽"]),
        ("🇲🇦🇲🇦🇲🇦", 6, ["🇲🇦", "🇲🇦", "🇲🇦"]),
        (f"abc {FSI}1 2 3{PDI} d", 8, ["abc", f"{FSI}1 2 3{PDI}", "d"]),
        (f"{FSI}123456789{PDI}", 6, [f"{FSI}1234{PDI}", f"{FSI}5678{PDI}", f"{FSI}9{PDI}"]),
    ],
)
def test_cut(text, limit, pieces):
    assert split(text, limit) == pieces


LETTERS = st.sampled_from("abcابتثéш0١")
MARKS = st.text(alphabet="\u0301\u064e\u0651\u0670\ufe0f", max_size=2)
SIGNS = st.one_of(
    st.builds(lambda letter, marks: letter + marks, LETTERS, MARKS),
    st.sampled_from(["😀", "👍🏽", "👨\u200d👩\u200d👧", "🇲🇦", "\U00010330"]),
    st.sampled_from([" ", "\n", "\n\n", ". ", "؟ ", "، "]),
)
WORDS = st.lists(SIGNS, max_size=12).map("".join)
RUNS = st.text(alphabet="0123456789 +-", min_size=1, max_size=40).map(lambda run: f"{FSI}{run}{PDI}")
TEXTS = st.lists(st.one_of(WORDS, RUNS), max_size=25).map("".join)


def squeeze(text):
    """What must not be lost: everything but white space, and the isolates that are closed and opened at cuts."""
    return re.sub(rf"[\s{FSI}{PDI}]", "", text)


@given(TEXTS, st.integers(20, 120))
@example("x" * 19 + "e\u0301", 20)
def test_cut_keeps_all_and_tears_nothing(text, limit):
    pieces = split(text, limit)
    assert squeeze("".join(pieces)) == squeeze(text)
    assert all(measure(piece) <= limit for piece in pieces)
    assert all(pieces) or pieces == [""]
    for piece in pieces:
        assert piece.count(FSI) == piece.count(PDI)
        assert piece.find(FSI) <= piece.find(PDI)
        assert not unicodedata.category(piece[:1] or "x").startswith("M")
        assert "\u200d" not in (piece[:1], piece[-1:])
        assert len(re.findall("[\U0001f1e6-\U0001f1ff]", piece)) % 2 == 0
        assert not piece.startswith("🏽")


@given(st.text(max_size=300), st.integers(1, 50))
@example("\ud83d" * 5, 2)
@example("\u2068" * 30, 3)
@example("a" + "\u0301" * 90, 7)
def test_any_text_can_be_cut(text, limit):
    limit = max(limit, 3)
    pieces = split(text, limit)
    assert squeeze("".join(pieces)) == squeeze(text)
    assert all(measure(piece) <= limit for piece in pieces)


TITLES = st.lists(st.text(alphabet="ab ات😀0", min_size=1, max_size=70), max_size=30)


@given(TEXTS, TITLES, st.sampled_from(sorted(LIMITS)), st.booleans())
def test_parts_hold_the_limits_and_all_that_was_said(text, titles, channel, share_phone):
    limits = LIMITS[channel]
    reply, buttons = make_reply(text, *titles), make_buttons(*titles)
    if share_phone:
        reply, buttons = Reply(text, share_phone="صيفط"), []
    *before, last = parts = render(reply, buttons, limits, LABEL)
    assert all(part.layout is Layout.NONE and part.text and measure(part.text) <= limits.text for part in before)
    assert measure(last.text) <= (limits.text if last.layout is Layout.NONE else limits.interactive_text)
    said = squeeze("".join(part.text for part in parts))
    assert said.startswith(squeeze(text))
    if last.layout is Layout.NONE and not share_phone:
        assert said == squeeze(text + "".join(f"{n}. {title}" for n, title in enumerate(titles, 1)))
        return
    most, longest = {
        Layout.LIST: (limits.list_items, limits.list_title),
        limits.layout: (limits.quick_replies, limits.quick_reply_title),
    }.get(last.layout, (0, 0))
    assert last.buttons == tuple(buttons)
    assert len(buttons) <= most or share_phone
    assert all(measure(button.title) <= longest for button in last.buttons)


# The limits themselves


def read_spec(name):
    path = SPECS / name
    if not path.exists():
        pytest.skip(f"the specification {name} is not beside this repository")
    return json.loads(path.read_text())


def test_telegram_limits_are_those_of_the_bot_api():
    spec = read_spec("telegram-bot-api.json")

    def describe(fields, name):
        return next(field["description"] for field in fields if field["name"] == name)

    text = describe(spec["methods"]["sendMessage"]["fields"], "text")
    data = describe(spec["types"]["InlineKeyboardButton"]["fields"], "callback_data")
    assert f"1-{TELEGRAM_LIMITS.text} characters" in text
    assert f"1-{TELEGRAM_LIMITS.button_id_bytes} bytes" in data
    assert TELEGRAM_LIMITS.interactive_text == TELEGRAM_LIMITS.text


def test_whatsapp_limits_are_those_of_twilio():
    messages, contents = read_spec("twilio-messages.json"), read_spec("twilio-content.json")
    operation = messages["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    fields = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"]
    assert fields["Body"]["maxLength"] == WHATSAPP_LIMITS.text
    picker = contents["components"]["schemas"]["twilioListPicker"]["description"]
    assert f"up to {WHATSAPP_LIMITS.list_items} options" in picker


def test_ids_of_buttons_fit_every_channel():
    class Session:
        def add_all(self, rows):
            assert rows

    (button,) = add_offers(Session(), "p", None, [Choice("x", "/x")], None)
    assert all(len(button.id.encode()) <= limits.button_id_bytes for limits in LIMITS.values())
