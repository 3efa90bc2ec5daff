"""The program that Streamlit runs for every visitor and every click.

It stands alone in its folder: of a program beside a folder `pages`, Streamlit takes each file in there for another
program, and runs that one, and not this, for the first address asked for after a start.
"""

from memlane.web.app import main

if __name__ == "__main__":
    main()
