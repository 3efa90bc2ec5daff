"""The months in the languages that are told apart, so that `im März` meets the date a memory is indexed with.

That date is written in English whatever the language of the memory; see `memlane.recall.text`.
"""

import re
from typing import Final

_ENGLISH: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

# One month after another, its forms joined by slashes.
_TEXT: Final = {
    "german": (
        "januar/jänner februar/feber märz april mai juni juli august/augusts september oktober november dezember"
    ),
    "french": (
        "janvier février/fevrier mars avril mai juin juillet août/aout septembre octobre novembre décembre/decembre"
    ),
    "spanish": ("enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre"),
    "italian": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "portuguese": ("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
    "dutch": "januari februari maart april mei juni juli augustus september oktober november december",
    "russian": (
        "январь/января/январе/январю/январем февраль/февраля/феврале/февралю/февралем март/марта/марте/марту/мартом "
        "апрель/апреля/апреле/апрелю/апрелем май/мая/мае/маю/маем июнь/июня/июне/июню/июнем "
        "июль/июля/июле/июлю/июлем август/августа/августе/августу/августом "
        "сентябрь/сентября/сентябре/сентябрю/сентябрем октябрь/октября/октябре/октябрю/октябрем "
        "ноябрь/ноября/ноябре/ноябрю/ноябрем декабрь/декабря/декабре/декабрю/декабрем"
    ),
    "arabic": ("يناير فبراير مارس أبريل/ابريل/إبريل مايو يونيو يوليو أغسطس/اغسطس سبتمبر أكتوبر/اكتوبر نوفمبر ديسمبر"),
    "hindi": "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर अक्टूबर/अक्तूबर नवंबर/नवम्बर दिसंबर/दिसम्बर",
}


def _forms(text: str) -> dict[str, str]:
    months = zip(text.split(), _ENGLISH, strict=True)
    return {form: english for forms, english in months for form in forms.split("/")}


_MONTHS: Final = {language: _forms(text) for language, text in _TEXT.items()}

_HAN: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_NUMBERED: Final = {name: _ENGLISH[place] for place, name in enumerate(_HAN)} | {
    str(place): english for place, english in enumerate(_ENGLISH, start=1)
}
_find_numbered = re.compile(r"(?<![\d十])(1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])(?=[月월])").findall


def english_month(word: str, language: str) -> str | None:
    """Return the English name, in small letters, of a casefolded month of `language`; None for any other word."""
    months = _MONTHS.get(language)
    return months.get(word) if months else None


def numbered_months(text: str) -> list[str]:
    """Return the English names of the months that are numbered in Chinese, Japanese or Korean text, as 四月 or 4월."""
    if "月" not in text and "월" not in text:
        return []
    return [_NUMBERED[number] for number in _find_numbered(text)]
