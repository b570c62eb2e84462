"""Ages over 89 as one category, as the Safe Harbor rule of HIPAA wants them."""

import re

OLDEST = 90.0  # years: this age and all above are one
_ONES = "one|two|three|four|five|six|seven|eight|nine"
OVER_89 = (
    rf"(?:9\d|1[01]\d|12[0-5]|ninety(?:[- ](?:{_ONES}))?|"
    rf"(?:one |a )?hundred(?:[- ](?:and[- ])?(?:{_ONES}|ten|eleven|twelve))?)"
)
_NUMBER = re.compile(OVER_89, re.IGNORECASE)


def generalise_age(age: float | None) -> float | None:
    """Return ``age`` in years, with everything over 89 as 90."""
    return age if age is None else min(age, OLDEST)


def generalise_age_text(age: str) -> str:
    """Return ``90+-year-old`` for ``94-year-old``: the number goes, the wording stays."""
    general, replaced = _NUMBER.subn("90+", age, count=1)
    return general if replaced else "90+ years"  # in digits that only `fold` can read
