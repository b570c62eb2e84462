"""Ways to reach a person: e-mail, telephone, address, personal page.

Web addresses of data sets, journals, registers and licences identify nobody and are left; so are
towns, hospitals and manufacturers, which by themselves tell no patient from another.
"""

import re
from collections.abc import Iterator

from pairdx.curate.identifiers.text import words

Span = tuple[int, int]

_AT = r"(?:@| ?[\[({] ?at ?[\])}] ?)"
_DOT = r"(?:\.| ?[\[({] ?dot ?[\])}] ?)"
_EMAIL = re.compile(
    rf"(?<![\w.+-])[\w.+-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{1,6}}", re.IGNORECASE
)
_SPELLED_AT = re.compile(r"[\[({] ?at ?[\])}]", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.@/])@[A-Za-z_][\w.]{2,29}\b(?!\.\w)")

_NUMBER = r"\+?(?:\(\+?\d{1,5}\)|\d{1,10})(?:[ ./-]{0,2}(?:\(\d{1,5}\)|\d{1,10})){0,6}"
_PHONE_LABEL = (
    r"(?:(?:tele)?phone|telephone|telefono|telefon|telefoon|fax|telefax|mobile|mob|hotline|"
    r"whats ?app|viber|telegram|pager|bleep|beeper|landline|helpline|dial|ring|call|sms|"
    r"tel|tlf|ph|contact|reached at|reachable at|cell(?:phone)?(?= ?[:.]| no| number))"
)
_SIX_DIGITS = re.compile(r"\d(?:[ ()./-]{0,4}\d){5}")
_PHONE = re.compile(
    rf"(?i:\b{_PHONE_LABEL}\b(?: ?(?:no|nos|number|us|me|her|him|at|on|via)\b){{0,2}}"
    rf"[ .:#]{{0,3}})(?P<labelled>{_NUMBER})(?!\w)"
    r"|(?P<international>(?<![\w+./-])(?:\+|00) ?[1-9]\d{0,2}(?:[ ./-]?\(?\d{1,10}\)?){1,5})(?!\w)"
    r"|(?P<american>(?<![\w.-])(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4})(?![\w-])"
    r"|(?P<trunk>(?<![\w.,:/+-])\(?0[1-9]\d{1,3}\)?(?:[-/ ]\d{6,8}|(?:[- ]\d{3,4}){2}))(?![\w-])"
    r"|(?P<mobile>(?<![\w.,:/+-])[6-9]\d{4}[ -]\d{5})(?![\w-])"
)

_LINK = re.compile(
    r"\b(?:https?://|www\.)[^\s<>\"]{4,500}|\b[\w-]{2,40}\.(?:com|me|be)/[^\s<>\"]{2,200}"
)
_LINKED_BY = re.compile(r"://|[wW]{3}\.|\.(?:com|me|be)/")
_SOCIAL = re.compile(
    r"\b(?:facebook|instagram|twitter|tiktok|linkedin|youtube|snapchat|pinterest|tumblr|weibo|"
    r"gofundme|caringbridge|justgiving|patreon|onlyfans|blogspot|wixsite|myspace|reddit|telegram|"
    r"livejournal|weebly)\.(?:com|org|net)|\b(?:youtu\.be|fb\.me|t\.me|wa\.me|vk\.com|x\.com)/"
    r"|wordpress\.com|/~|[?&/](?:patient|pid|mrn|name|dob|uid)[\w]{0,5}=",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:blog|vlog|diary|journey|(?:own|personal|home|family|fan) ?(?:page|site|website)|profile|"
    r"(?:patient|family|mother|father|her|his|their)(?:'s)?(?: \w{1,20})? (?:page|site|website))\b",
    re.IGNORECASE,
)

_CAPITAL = r"[^\W\d_a-z][\w'.-]{1,24}"
_WAYS = (
    r"(?:Street|St|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Boulevard|Blvd|Court|Terrace|Crescent|Close|"
    r"Highway|Parkway|Gardens|Mews|Square|Place|Grove|Alley|Quay|Walk|Circle|Nagar|Marg|Sokak|"
    r"Caddesi)"
)
_FOREIGN = (
    r"(?:[Rr]ue|[Cc]alle|[Rr]ua|Avenida|Av\.|Boulevard|Bd|Via|Viale|Piazza|Plaza|Chemin|ul\.)"
)
_LINKED = rf"(?:(?:de la|de|del|des|du|da|do|dos|di|della|la|le|les) |d'|l')?{_CAPITAL}"
_TOWN = (  # with its postcode, before or after
    rf"(?:, (?:[A-Z]{{1,2}}-)?\d{{4,6}} {_CAPITAL}|(?:, {_CAPITAL}(?: {_CAPITAL})?){{0,2}}"
    r"(?:,? [A-Z]{2})?[ ,-]{1,3}(?:\d{5,6}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})(?![\w-]))?"
)
_HOME = r"(?:Flat|Apartment|Apt|House|Plot|Door|Villa|Unit)(?:\.| [Nn]o\.?)? ?#?"
_ADDRESS = re.compile(
    rf"(?:\b{_HOME})?(?<![\w.,-])\d{{1,5}}[A-Za-z]?(?:[/-]\d{{1,4}})?,? "
    rf"(?:{_CAPITAL} ){{1,3}}{_WAYS}\b"
    rf"(?:,? (?:Apt|Apartment|Flat|Suite|Unit)\.? ?#?\w{{1,5}})?{_TOWN}"
    rf"|(?<![\w.,-])\d{{1,4}},? {_FOREIGN} (?:{_LINKED})(?: {_LINKED}){{0,3}}{_TOWN}"
)
_PLACED = re.compile(  # these begin with a word
    rf"\b{_FOREIGN} {_LINKED}(?: {_LINKED}){{0,2}},? (?:n[ºo]?\.? ?)?\d{{1,4}}\b"
    rf"(?! ?(?:Fr|mm|cm|m)\b){_TOWN}"
    r"|\b[^\W\d_a-z]\w{2,25}(?:strasse|straße|str\.|weg|gasse|platz|allee|straat|laan|gracht|vej|"
    rf"gatan|veien) ?\d{{1,4}}[a-z]?\b{_TOWN}"
    rf"|\b{_HOME}\d{{1,5}}[-/\w]{{0,6}}, "
    rf"{_CAPITAL}(?: {_CAPITAL}){{0,3}}"
    r"|\b(?i:p\.? ?o\.? ?box)(?: no\.?)? \d{1,6}\b"
    r"|\b(?i:zip|zip code|postal code|postcode|post code|pin code|pincode|plz|cep)[ :.]{1,3}"
    r"(?:is )?\d{4,6}(?:-\d{3,4})?\b"
    r"|\b(?i:postcode|post code|postal code)[ :]{1,3}(?i:[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|"
    r"[a-z]\d[a-z] ?\d[a-z]\d)\b"
)
_HINTS = words(  # one of these is in every text that _PLACED matches
    "str. rue via rua ul. aven av. boul bd piazza plaza chemin calle strasse straße weg gasse "
    "platz allee straat laan gracht vej gatan veien flat apartment house plot door villa box zip "
    "post pin plz cep"
)
_LIVING = re.compile(
    r"(?i:\b(?:resident of|resides? (?:at|in)|residing (?:at|in)|lives? (?:at|in)|living (?:at|in)|"
    r"home address|address)[ :]{1,2})(?P<value>(?:[^\W\d_a-z][\w'.-]{1,24} ){1,3}\d{1,5}\b)"
)


def find_emails(text: str) -> Iterator[Span]:
    """Yield e-mail addresses, also with the @ spelled out."""
    if "@" not in text and not _SPELLED_AT.search(text):
        return
    for match in _EMAIL.finditer(text):
        yield match.span()


def find_links(text: str) -> Iterator[Span]:
    """Yield accounts, and web addresses of a person: by the host, or by the words before it."""
    for match in _LINK.finditer(text) if _LINKED_BY.search(text) else ():
        link = match[0].rstrip(".,;:)]'\"")
        before = text[max(match.start() - 60, 0) : match.start()]
        if _SOCIAL.search(link) or _PERSONAL.search(before):
            yield match.start(), match.start() + len(link)
    for match in _HANDLE.finditer(text) if "@" in text else ():
        yield match.span()


def find_phones(text: str) -> Iterator[Span]:
    """Yield telephone numbers of a text that has a digit."""
    for match in _PHONE.finditer(text) if _SIX_DIGITS.search(text) else ():
        group = match.lastgroup or ""
        digits = sum(letter.isdigit() for letter in match[group])
        if 6 <= digits <= 15:  # E.164 has at most 15
            yield match.span(group)


def find_addresses(text: str) -> Iterator[Span]:
    """Yield street addresses, boxes and postcodes of a text that has a digit."""
    for match in _ADDRESS.finditer(text):
        yield match.span()
    lower = text.lower()
    if any(hint in lower for hint in _HINTS):
        for match in _PLACED.finditer(text):
            yield match.span()
    for match in _LIVING.finditer(text):
        yield match.span("value")
