"""The five tables about articles: cases, figures, citations, abstracts, and the dictionary."""

import pyarrow as pa

from pairdx.download.sample.motifs import MOTIFS
from pairdx.download.sample.plan import Article, Plan, Row

_LIST = pa.list_(pa.string())
CASES = pa.schema(
    [
        ("article_id", pa.string()),
        (
            "cases",
            pa.list_(
                pa.struct(
                    [
                        ("age", pa.float64()),
                        ("case_id", pa.string()),
                        ("case_text", pa.string()),
                        ("gender", pa.string()),
                    ]
                )
            ),
        ),
    ]
)
_IMAGE = pa.struct(
    [
        ("tag", pa.string()),
        ("caption", pa.string()),
        ("file", pa.string()),
        ("image_id", pa.string()),
        ("text_references", _LIST),
    ]
)
CASE_IMAGES = pa.schema(
    [
        ("article_id", pa.string()),
        (
            "case_images",
            pa.list_(pa.struct([("case_id", pa.string()), ("case_image_list", pa.list_(_IMAGE))])),
        ),
    ]
)
METADATA = pa.schema(
    [
        ("article_id", pa.string()),
        (
            "article_metadata",
            pa.struct(
                [
                    ("title", pa.string()),
                    ("authors", _LIST),
                    ("journal", pa.string()),
                    ("journal_detail", pa.string()),
                    ("year", pa.string()),
                    ("doi", pa.string()),
                    ("pmid", pa.string()),
                    ("pmcid", pa.string()),
                    ("mesh_terms", _LIST),
                    ("major_mesh_terms", _LIST),
                    ("keywords", _LIST),
                    ("link", pa.string()),
                    ("license", pa.string()),
                    ("case_amount", pa.int64()),
                ]
            ),
        ),
    ]
)
ABSTRACTS = pa.schema([("article_id", pa.string()), ("abstract", pa.string())])


def case_id(article: Article, case: int) -> str:
    """PMCID and two-digit order."""
    return f"{article.pmcid}_{case + 1:02d}"


def main_image(case: str, row: Row) -> str:
    """What MultiCaRe calls a whole figure: one of two cases has two names."""
    return f"{case}_{row.original}"


def reference(number: int) -> str:
    """How the case text refers to a figure."""
    return f"The findings are shown in figure {number}."


def _case_text(article: Article, case: int) -> str:
    patient = article.cases[case]
    age = "patient" if patient.age is None else f"{patient.age:.0f}-year-old patient"
    shown = " ".join(reference(i + 1) for i in range(len(patient.figures)))
    return f"Synthetic sample, not a real case: a {age} was seen in our clinic. {shown}"


def cases_table(plan: Plan) -> pa.Table:
    """cases.parquet: one row an article."""
    rows = [
        {
            "article_id": article.pmcid,
            "cases": [
                {
                    "age": case.age,
                    "case_id": case_id(article, i),
                    "case_text": _case_text(article, i),
                    "gender": case.gender,
                }
                for i, case in enumerate(article.cases)
            ],
        }
        for article in plan.articles
    ]
    return pa.Table.from_pylist(rows, CASES)


def case_images_table(plan: Plan) -> pa.Table:
    """case_images.parquet: whole figures, before they are split into sub-figures."""
    images: dict[str, dict[str, dict[str, object]]] = {}
    for row in plan.rows:
        case = case_id(plan.articles[row.article], row.case)
        figures = images.setdefault(case, {})
        if row.original not in figures:
            figures[row.original] = {
                "tag": f"fig{len(figures) + 1}",
                "caption": plan.figures[row.figure].caption.whole,
                "file": row.original,
                "image_id": main_image(case, row),
                "text_references": [reference(len(figures) + 1)],
            }
    rows = [
        {
            "article_id": article.pmcid,
            "case_images": [
                {"case_id": case_id(article, i), "case_image_list": list(found.values())}
                for i in range(len(article.cases))
                if (found := images.get(case_id(article, i), {}))
            ],
        }
        for article in plan.articles
    ]
    return pa.Table.from_pylist(rows, CASE_IMAGES)


def _citation(plan: Plan, number: int) -> dict[str, object]:
    article = plan.articles[number]
    shown = [plan.figures[n].motif for case in article.cases for n in case.figures]
    terms = sorted({MOTIFS[motif].label.replace("_", " ") for motif in shown})
    return {
        "title": f"Case report {number + 1} of the synthetic sample: findings in "
        f"{len(article.cases)} drawn patient(s)",
        "authors": ["Synthetic Sample"],
        "journal": "Synthetic Sample Reports",
        "journal_detail": f"Synthetic Sample Reports. {2000 + number % 24}; {number + 1}",
        "year": str(2000 + number % 24),
        "doi": f"10.5555/synthetic.sample.{number + 1}",
        "pmid": f"9{number + 1:08d}",
        "pmcid": article.pmcid,
        "mesh_terms": ["Humans", *terms],
        "major_mesh_terms": terms[:1],
        "keywords": ["synthetic sample", *terms],
        "link": f"https://example.org/synthetic-sample/{article.pmcid}",
        "license": article.license,
        "case_amount": len(article.cases),
    }


def metadata_table(plan: Plan) -> pa.Table:
    """metadata.parquet: citations."""
    rows = [
        {"article_id": article.pmcid, "article_metadata": _citation(plan, i)}
        for i, article in enumerate(plan.articles)
    ]
    return pa.Table.from_pylist(rows, METADATA)


def abstracts_table(plan: Plan) -> pa.Table:
    """abstracts.parquet; every tenth article has none."""
    text = "Synthetic sample: this abstract belongs to drawn figures and to no patient."
    rows = [
        {"article_id": article.pmcid, "abstract": None if i % 10 == 9 else text}
        for i, article in enumerate(plan.articles)
    ]
    return pa.Table.from_pylist(rows, ABSTRACTS)
