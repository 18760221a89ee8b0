"""Tell how a message is written: Arabic or Latin script, Moroccan or Standard Arabic, French, Tamazight."""

from __future__ import annotations

import re

from nlu.folding import fold, tokenize
from nlu.standard_arabic import is_clearly_moroccan, is_standard, spell

LANGUAGES = {"arab": "ary-Arab", "latn": "ary-Latn", "fr": "fr", "msa": "ar"}

_ANALYSED = 600

_DARIJA_LATIN = frozenset(
    """
    salam slm slam salm salamo 3likom alikom 3alikom labas lbs bikhir bkhir khouya khoya khuya khti khty
    sidi lalla
    3afak afak 3fk 3afakom afakom chokran choukran chokra chkran shokran barak baraka lah allah laykhalik
    nchallah
    inchallah nchlh hamdollah hmdlh hmd safi wakha waxa ouakha okha iyeh iyh ah la lla walo walou oualou
    machi mashi
    chi shi xi chwiya chwia chwiyya bzaf bezzaf bzzaf bzf bezaf daba deba db dba ghda ghedda lyom lyouma
    had hada
    hadi hadchi hadshi hadxi hado hadou dak dik duk dok dyal dial dyali diali dyalo dialo dyalha dialha
    dyalna dialna
    dyalkom dialkom dyalek dialek dyalk dialk d dl li lli lly bli belli ila ilaa wla wlla ola oula walla
    awla wella
    w ou o u f fl fel fla fih fiha fihom b bl bel m3a m3ah m3aya m3ak 3la 3lih 3liha 3liya 3lia 3lik 3lina
    3lihom 3nd
    3ndi 3ndo 3ndk 3ndna 3endi 3endo andi ando andna mn men mnin mnayn mnha mno min bin 9bl 9bel qbel b3d
    men3d
    ch7al chhal ch7l chhal shhal xhal chno chnou chnu chnowa achno achnou chnahiya chnahuwa chnhuwa ach ash
    ax wach
    wash wax ouach wxh fin fine fayn feen finahiya finahuwa kifach kifash kifax kifah kifech kif ki imta
    imtaa emta
    fo9ach fou9ach fuqach foqach w9tach waqtach wa9tach we9tach 3lach 3lash 3lax alach 3laxh chkoun chkon
    chkun
    xkon bach bash bax hit 7it hitach 7itach gha ghir ghi ghadi ghady radi kayn kayna kaynin kaynine makaynch
    makayn kan kant kano knt kont khas khass khassni khasni khasna khasso khasha khes khess khesni bghit
    bghit bghina
    bgha bghat bghaw baghi baghya baghyin baghi bghiti tbghi nbghi n9der nqder nkder 9der t9der y9der i9der
    nakhod
    nakhd n7et nhet ndir ndiro dir dirou diro dart dert drt dro darou kandir kaydir kaydiro katdir kaykhdem
    khdam
    khdama khdmt khedma khdma lkhdma lkhedma nkhdem nkhdm nakhdem sme3t smi3t sm3t sma3t gal galo galou
    galiya galia
    galolia qalo qalou 9alo 9alou 9al 9alia 9aliya goul goulia gouli golo golou golia qolia gol 3ref 3rft
    3raft m3reft
    ma3reft ma3raft ma3rftch fhemt fhmt mafhemtch mafhmtch nfhem bqa b9a mazal mzl mazala ba9i baqi ta tta
    7ta hta
    htta 7tta rah rani raha rahom rak raki ra hani hana ana nta nti ntoma ntouma howa huwa houa hiya hia
    homa houma
    7na hna ahna chft cheft chouf chof chofo n7awl walakin walakine wlkn walayni ma mabghitch mab9itch
    mabghach
    makanch ma3ndich ma3ndish makhasnich mabghitch kolchi kulchi koulchi kol kola kul kull chi7aja 7aja
    haja hajja
    lwra9 wra9 lwraq waraq lwrak lwera9 flous lflous flos flus lflos lmilaf milaf dossi bladi blad lblad blasa
    lblasa weld wld wlad wladi lwlad lmra mrati rajli mra rajel nas nass lghorfa ghorfa lghurfa sna3i
    sna3ia sna3iya
    sani3 ssani3 sna3 lma3allem m3elem m3lem m3allem jam3iya jm3iya ta3awniya t3awniya tasjil tsjil tsjlt tsjl
    ntsjel ntsejel sejel tsejjel nqeyed n9iyed n9eyed nt9iyed t9iyed mqeyed m9iyed taghtiya tghtiya daman
    ddaman
    si7iya sbitar dwa tbib dar lma3rid yallah yalah zid zidni nzid 7bes hbes 7bess 7iyed 7yed hyed msa7
    mse7 bdel bdl
    beddel nbdel rje3 rj3 nsit nsa lwer9a wer9a wa9t weqt lwe9t chhar chhour chhora chhr 3am 3amayn 3wam lyoum
    sbah lkhir msa mse mslkhir bslama beslama tsbah layhafdek lay7fdek yrham rham waldin lwaldin ya a wa
    mabrouk
    mezyan mzyan mzian mzn khaybin khayb 3yit 3yina chafto tal bla bhal b7al bhala kter kteer ktar qell chwya
    siftt siftli sift nsift sifet nsifet waslni wslni wslat jatni ja jat jaw jani mcha mchit mchina nmchi
    nmxi tmchi sir siri aji ajiw khlas tkhelles nkhles nkhelles kaykhles tkhles kaytkhles kay kat kan 3ta
    3tani
    kay3tiw kay3tiwni kay3ti ta3tiw y3tiw 3tiwni 3tini n3ti khdit khda khdaw wahed wa7d wa7ed jouj joj
    tlata rb3a
    khmsa setta tmnya 3chra myat alf
    """.split()
)
_FRENCH = frozenset(
    """
    le les un une des du de au aux ce cet cette ces mon ma mes ton ta tes son sa ses notre nos votre vos
    leur leurs
    je j tu il elle on nous vous ils elles moi toi lui eux se me te y en qui que quoi qu quel quelle quels
    quelles
    dont ou et est sont suis es etes sommes ai as avons avez ont etait etaient etre avoir fait faire faut
    peut peux
    puis pouvez pouvons doit dois devez veux veut voulez voudrais voudrait aimerais ne n pas plus jamais
    rien aussi
    tres trop bien mal oui non si comment combien pourquoi quand ici la dans sur sous avec sans pour par
    chez entre
    vers depuis jusqu avant apres pendant contre comme mais donc car parce alors encore toujours deja c d l
    m s t
    bonjour bonsoir salut merci svp stp plait monsieur madame au revoir faire dire aller vient va vais allez
    peuvent aura auront sera seront serait avait aurait quelqu quelque quelques tout toute tous toutes
    autre autres
    meme cela ca sa ya til coi koi aprè a l'an annee annees mois jour jours semaine heure heures inscrire
    inscrit inscription
    demande demander deposer depot dossier papier papiers document documents carte artisan artisans
    artisanat aide
    prime subvention chambre metier metiers programme condition conditions combien delai limite date fin debut
    ouvert fermer fermee encore possible besoin droit savoir connaitre trouver obtenir recevoir recu payer
    paye paie
    cotisation cotisations assurance maladie remboursement rembourse remboursement rembourser frais couverture
    couvert couvre enfant enfants femme mari epouse famille cooperative association entreprise societe
    formation
    apprentissage apprenti stage diplome certificat attestation experience materiel equipement machine outils
    caravane salon foire exposition vente vendre vendu vendre marche magasin boutique numero telephone
    adresse horaires
    bureau lieu ville reponse question aidez aider besoin merci numerique registre national professionnelle
    contribution unique impot impots taux retard penalites dette arrieres supprimer donnees mes annuler
    arreter
    continuer suivant reprendre passer parler humain agent conseiller personne langue francais arabe repetez
    compris comprends comprend explique expliquer envoyer envoie photo ancien nouvelle nouveau changer
    changement
    modifier perdu perdue renouveler renouvellement reclamation plainte probleme refuse refusee accepte
    accepter
    liste listes choisi choisis selection criteres responsable qui dirige president paie duree dure durer
    temps
    combien gratuit gratuite cout prix tarif payant chantiers chantier travail emploi embauche salaire salarie
    salaries employeur contrat aucun aucune idee idees beaucoup voulais voulait voulons limite seulement
    probleme perdu
    obtenu svp depuis deux trois quatre cinq dix cent mille an ans fille fils pere mere mari soeur frere
    chef besoin
    quelle toujours deja aujourd'hui demain hier matin soir avance moment commencer attestation frais s'il
    d'accord
    accord adresse exacte precise utile vrai vraie faux juste seul seule premier premiere dernier derniere
    prochaine
    grand petite petit nouveau nouvelle ancienne vieux jeune jeunes gens monde pays region province commune
    """.split()
)
_FRENCH_GRAMMAR = frozenset(
    """
    le les un une des du au aux ce cet cette ces mon mes ton tes son ses notre nos votre vos leur leurs je
    j tu il
    elle on nous vous ils elles moi que quoi qu quel quelle quels quelles est sont suis ai avons avez ont
    etait ete
    etre avoir faire faut peut peux pouvez doit dois veux voulez voudrais ne n pas plus aussi tres comment
    combien
    pourquoi quand dans sur avec sans pour par chez entre depuis avant apres mais donc c qui et de en sa ca
    """.split()
)
_FRENCH_SHAPE = re.compile(
    r".{2,}(?:tion|sion|ment|eur|euse|ique|aire|ance|ence|ible|able|ette|elle|eau|eaux|ait|aient|ier|iere|iers|ees?|erie)$"
)
_FRENCH_ACCENT = re.compile("[éèêëçôîûù]", re.IGNORECASE)
_ARABIC_LETTER = re.compile("[\u0620-\u064a]")
_TIFINAGH_LETTER = re.compile("[\u2d30-\u2d7f]")
_LATIN_LETTER = re.compile("[a-z]")
_ARABIZI_DIGIT = re.compile(r"[a-z][23579]|[23579][a-z]")
_ARABIZI_SHAPE = re.compile(
    r"(?:^k[ay][tyn]|gh|kh|^n[btdjkqszmf][^aeiouy]|^[bdfghjklmnqrstz]{3}|dy|^ma.*ch$|iya$|^l[bcdfgjkmnqrstxz])"
)


def detect_script(text: str) -> str:
    """How a message is written.

    Returns:
        "arab" (Moroccan Arabic in Arabic script), "latn" (Arabizi), "fr", "msa" (Standard Arabic), "mixed" (both
        scripts, or Arabizi with a French phrase) or "tfng" (Tifinagh letters). A text without a letter is "arab".
    """
    words = [token.text for token in tokenize(fold(text[:_ANALYSED]))]
    arabic = [word for word in words if _ARABIC_LETTER.search(word)]
    tifinagh = sum(1 for word in words if _TIFINAGH_LETTER.search(word))
    latin = [word for word in words if _LATIN_LETTER.search(word) and not _ARABIC_LETTER.search(word)]
    if tifinagh and tifinagh >= len(arabic) + len(latin):
        return "tfng"
    if arabic and latin:
        return "mixed"
    if latin:
        accented = {fold(word) for word in text[:_ANALYSED].split() if _FRENCH_ACCENT.search(word)}
        return _detect_latin(latin, {token.text for word in accented for token in tokenize(word)})
    return "msa" if is_standard(text[:_ANALYSED]) else "arab"


def _is_arabizi(word: str) -> bool:
    if word in _DARIJA_LATIN and word not in _FRENCH:
        return True
    if word in _FRENCH:
        return False
    return bool(_ARABIZI_DIGIT.search(word) or _ARABIZI_SHAPE.search(word))


def _detect_latin(words: list[str], accented: set[str]) -> str:
    """The script of Latin words; those typed with an accent are French."""
    arabizi = [word not in accented and _is_arabizi(word) for word in words]
    french = [
        not moroccan and (word in _FRENCH or word in accented or bool(_FRENCH_SHAPE.match(word)))
        for word, moroccan in zip(words, arabizi, strict=True)
    ]
    if not any(arabizi):
        return "fr" if any(french) else "latn"
    if not any(french):
        return "latn"
    grammar = sum(1 for word, is_french in zip(words, french, strict=True) if is_french and word in _FRENCH_GRAMMAR)
    if grammar >= 2 and sum(arabizi) <= 1 and sum(french) >= 4 * sum(arabizi):
        return "fr"
    run = longest = signs = 0
    for word, is_french in zip(words, french, strict=True):
        run, signs = (run + 1, signs + (word in _FRENCH_GRAMMAR)) if is_french else (0, 0)
        if signs or run > 2:
            longest = max(longest, run)
    return "mixed" if longest >= 2 else "latn"


def reply_language(text: str, default: str) -> str:
    """The language and script in which to answer a message.

    Args:
        text: the message.
        default: what to return where the message does not tell: Tamazight, messages without a letter, and one or two
            words that could be of the default as well ("fin", "prix", "merci" are written in Arabizi too).

    Returns:
        "ary-Arab", "ary-Latn", "fr" or "ar"; a mixture is answered as most of it is written.
    """
    script = detect_script(text)
    folded = fold(text[:_ANALYSED])
    arabic = len(_ARABIC_LETTER.findall(folded))
    latin = len(_LATIN_LETTER.findall(folded))
    if script == "tfng" or not arabic + latin:
        return default
    if script == "mixed":
        return "ary-Arab" if arabic >= latin or arabic > 12 else "ary-Latn"
    if _tells_little(folded, script) and default in ("fr", "ary-Latn"):
        return default
    if script == "arab" and default == "ar" and _is_alike(text, folded):
        return default
    return LANGUAGES[script]


def _is_alike(text: str, folded: str) -> bool:
    """Whether one or two Arabic words may be of either language: a town, thanks, a yes."""
    return len(tokenize(folded)) <= 2 and not is_clearly_moroccan(spell(text).plain)


def _tells_little(folded: str, script: str) -> bool:
    words = [token.text for token in tokenize(folded)]
    return script in ("fr", "latn") and len(words) <= 2 and not any(map(_ARABIZI_DIGIT.search, words))
