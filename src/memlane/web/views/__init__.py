"""What pages show, computed: records in, what is to be seen out. No Streamlit, no I/O."""
