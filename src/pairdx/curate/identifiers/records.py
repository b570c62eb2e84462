"""Numbers under which a person is filed: records, accessions, insurance, devices.

The structure is always a label and a value. Labels of science (a catalogue, a clone, a gene bank,
a trial, an ethics vote) look the same and are told apart by their words and by the prefix of the
value; a value needs four or five digits, so that 'case no. 2' and 'patient 12' are none.
"""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_VALUE = (
    r"(?P<value>(?:[A-Za-z]{1,5}[ /-]?)?\d[A-Za-z\d]{0,40}(?:[-/.][A-Za-z\d]{1,40}){0,6}"
    r"(?: \d{3,4}\b){0,3})(?![\w%]| ?(?:mg|kg|ml|mm|cm|cells|copies|bp|x\d|hz|patients|images)\b)"
)
_MARK = r"(?:no|nos|nr|num|number|numbers|numero|nummer|id|identifier|code|ref|#|nº|n°)"
_OWN = (  # labels that need no 'number'
    r"(?:mrn|mr#|mr no|uhid|ssn|cpr|nhs|urn|pid|crn|cr|hn|ipd|opd|emr|ehr|csn|nin|dni|nif|cpf|rut|"
    r"mrd|prn|hc|nhc|historia clinica|prontuario|ahv|"
    r"(?:fall|patienten|akten|versicherten|person|journal|dossier)nummer|"
    r"bsn|pesel|cnic|nric|hkid|aadhaar|pps|oib|medicare|medicaid|chi|hicn|acc|accession|hosp|"
    r"serial|s/n|sn|folio|passport|licen[cs]e plate|number plate|patient id|pt id|pat id|id)"
)
_LABELLED = re.compile(
    rf"\b(?:{_OWN}(?:(?:[ .]{{0,2}}{_MARK}(?!\w))?\.?(?: is| was)?"
    rf"[ .:#=-]{{0,3}}[:#= ]|#))[ ]?{_VALUE}",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"(?<!\w){_MARK}(?!\w)\.?(?: is| was)?[ .:#=-]{{0,4}}(?:(?<=number), )?{_VALUE}", re.IGNORECASE
)
_LABEL = re.compile(r"(?:\b[^\W\d_][\w'./-]{0,24}[ .]{1,2}){1,3}$")
_FILED = re.compile(  # a thing that is filed, and a value that can be nothing but a file's
    r"\b(?:slide|specimen|sample|biopsy|case|record|file|chart|folder|patient|pt|block|report|"
    r"film|histology|pathology|barcode|wristband|label|sticker|hospital|card|notes|bracelet|tag|"
    r"reads|stamped|marked|inscribed|requisition|invoice|prescription|admission|"
    r"registration|insurance|policy|donor|donation|autopsy|necropsy|"
    r"cytology|cassette|jar|box)[ :=\"'-]{1,3}"
    r"(?P<value>(?:(?-i:[A-Z]{1,3})[ -]?)?"
    r"(?:\d{1,4}(?:[ /-]\d{2,4}){2,4}(?!\d)|\d{2,12}(?:[-/]\d{2,10}){0,3})"
    r"(?:[-/][A-Z]{1,3})?)"
    r"(?![\w%]|[.,]\d| ?(?:mg|kg|ml|mm|mmhg|cm|gy|kv|cells|copies|bp|hz|years|days)\b)",
    re.IGNORECASE,
)
_FOUR_DIGITS = re.compile(r"\d(?:[A-Za-z /.-]{0,3}\d){3}")
_SHAPED = re.compile(r"(?<![\w.,/-])\d{3}-\d{2}-\d{4}(?![\w-])")  # a US social security number
_LONG = re.compile(r"(?<![\w.,/:#+-])(?!\d{0,40}0{6})\d{9,18}(?![\w%/-]|[.,]\d)")

_SCIENCE = re.compile(  # anywhere in the label
    r"\b(?:cat|catalog(?:ue)?|lot|batch|clone|genbank|ncbi|geo|sra|ena|embl|uniprot|pdb|ccdc|omim|"
    r"mim|dbsnp|clinvar|refseq|rrid|addgene|atcc|grant|award|protocol|ethics?|ethical|irb|iacuc|"
    r"approval|committee|trial|trials|prospero|clinicaltrials|registry|eudract|isrctn|figure|fig|"
    r"patent|isic|dataset|pmid|pmc|pmcid|doi|isbn|issn|fda|ce|ndc|udi|orphanet|funding|foundation|"
    r"bioproject|biosample|iso|software|antibody|reagent|kit|probe|primer|plasmid|strain|version)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(  # as the word before the mark
    r"\b(?:model|part|product|item|order|ec|cas|enzyme|gene|protein|table|equation|reynolds|slice|"
    r"image|frame|lead|electrode|sequence|chromosome|residue|copy|cell|atomic|wave|hounsfield|ct|"
    r"f|data|article|manuscript|journal|vol|volume|reference|gauge|mesh|icd|snomed|loinc|project|"
    r"contract|decision|application|din|colour|color|mean|average|total|median|absolute|relative|the|a|of|"
    r"large|small|high|low|and|in|with|by|exon|intron|position|case series|pixel|voxel|channel)"
    r"[ .]{1,2}$",
    re.IGNORECASE,
)
_NO_FILE = re.compile(  # a decimal ('MRD 0.0001'), years ('autopsy 2010-2015')
    r"\d{1,3}\.\d+|(?:19|20)\d\d-(?:19|20)\d\d"
)
_DATASET = re.compile(  # a caption that names one is of its pictures
    r"(?<![A-Za-z])(?:(?:CBIS-)?DDSM|INbreast|(?:mini-?)?MIAS|LIDC|TCIA|TCGA|MIMIC|ADNI|BraTS|KiTS\d*|ISIC|"
    r"PhysioNet|Kaggle|CheXpert|PadChest|VinDr|MURA|MESSIDOR|EyePACS|IDRiD|HAM10000|Radiopaedia|"
    r"rID|(?i:data ?sets?|(?:public|open|online|imaging|image)(?: access)? (?:database|archive|"
    r"repository)))(?![A-Za-z])"
)
_OF_PERSON = re.compile(  # a label that no data set has
    r"(?<!\w)(?:mrn|uhid|ssn|nhs|hosp(?:ital)?|medical record|patient'?s? (?:id|no))\b",
    re.IGNORECASE,
)
_PUBLIC = re.compile(  # the prefixes of public registers
    r"(?:NCT|ISRCTN|ChiCTR|CRD|PMC|PMID|N[MPCRGT]_|X[MP]_|ENS[GTP]|rs\d|GS[EM]|PRJ|SR[RPX]|ERR|CTRI|"
    r"ACTRN|UMIN|KCT|DRKS|ATCC|RRID|AB_|ISIC|OMIM|ORPHA|HP:|ab\d|sc-|[A-Z]{2}\d{6}\.\d)",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"\b(?:patient|record|hospital|case|file|chart|folder|medical|health|admission|encounter|"
    r"accession|specimen|biopsy|slide|insurance|passport|licen[cs]e|security|national|identity|"
    r"identification|ip|op|ipd|opd|hosp|reg|regn|registration|unit|lab|laboratory|pathology|"
    r"exam|examination|study|x-ray|film|policy|member|device|serial)\b",
    re.IGNORECASE,
)


def find_records(text: str) -> Iterator[Span]:
    """Yield record numbers of a text that has a digit."""
    if not _FOUR_DIGITS.search(text):
        return
    if _DATASET.search(text) and not _OF_PERSON.search(text):
        return
    yield from (m.span("value") for m in _LABELLED.finditer(text) if _is_filed(m, 4))
    yield from (m.span("value") for m in _NUMBERED.finditer(text) if _is_numbered(m))
    yield from (m.span("value") for m in _FILED.finditer(text) if _is_filed(m, 5))
    yield from (match.span() for match in _SHAPED.finditer(text))
    for match in _LONG.finditer(text):
        if not _SCIENCE.search(_label(text, match.start())):
            yield match.span()


def _is_numbered(match: re.Match[str]) -> bool:
    """Tell whether 'no. 12345' is a record's, by up to three words before it."""
    before = _LABEL.search(match.string[max(match.start() - 60, 0) : match.start()])
    label = before[0] if before else ""
    return _is_filed(match, 4 if _PERSONAL.search(label) else 5) and not _COUNTED.search(label)


def _is_filed(match: re.Match[str], digits: int) -> bool:
    """Tell whether a labelled value has enough digits and is no number of science."""
    value = match["value"]
    if sum(letter.isdigit() for letter in value) < digits or _PUBLIC.match(value):
        return False
    if _NO_FILE.fullmatch(value):
        return False
    return not _SCIENCE.search(_label(match.string, match.start("value")))


def _label(text: str, end: int) -> str:
    """Return the words before a value, back to the last comma or bracket."""
    return re.split(r"[;,()]", text[max(end - 40, 0) : end])[-1]
