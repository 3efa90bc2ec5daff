"""What numbers beside each other look like: as many in a row as fit; rules of our own, with no data in them."""

from typing import Final

import streamlit as st

NUMBERS: Final = "numbers"
"""How the key of a container of metrics begins."""
_CSS: Final = """
<style>
[class*="st-key-numbers-"] {
  display: grid; gap: 0.75rem; grid-template-columns: repeat(auto-fit, minmax(min(8.6rem, 46%), 1fr));
}
.st-key-numbers-saved, .st-key-numbers-money {
  grid-template-columns: repeat(auto-fit, minmax(min(14rem, 100%), 1fr));
}
.st-key-numbers-usage {grid-template-columns: repeat(2, 1fr);}
@media (min-width: 900px) {.st-key-numbers-usage {grid-template-columns: repeat(3, 1fr);}}
@media (min-width: 1400px) {.st-key-numbers-usage {grid-template-columns: repeat(6, 1fr);}}
[class*="st-key-numbers-"] [data-testid="stMetricValue"] {font-size: 1.4rem;}
[class*="st-key-numbers-"] > div {width: auto;}
</style>
"""


def dress_numbers() -> None:
    """Put the rules into the page."""
    st.html(_CSS)
