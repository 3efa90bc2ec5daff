"""What rows of memories look like: rules of our own, with no data in them."""

from typing import Final

import streamlit as st

_CSS: Final = """
<style>
[class*="st-key-row-"] {padding: 0.55rem 0.25rem 0.6rem; border-bottom: 1px solid rgba(128, 128, 128, 0.22);}
[class*="st-key-row-"]:hover {background: rgba(128, 128, 128, 0.06);}
[class*="st-key-open-"] button {justify-content: flex-start; text-align: left; padding: 0; min-height: 0;}
[class*="st-key-open-"] button > div {justify-content: flex-start;}
[class*="st-key-open-"] button p {text-align: left; line-height: 1.45; overflow-wrap: anywhere;}
@media (max-width: 640px) {
  .st-key-memory-part button {padding-left: 0.55rem; padding-right: 0.55rem;}
  .st-key-memory-part button span:has(> [data-testid="stIconMaterial"]) {display: none;}
}
</style>
"""


def dress_rows() -> None:
    """Put the rules into the page."""
    st.html(_CSS)
