"""Facts without a model: patterns for what people say of themselves, precise rather than complete.

Read it in this order. `extract` finds what a message says; `prose` blanks what its writer quoted or pasted, `sentences`
cuts the rest and leaves out questions and make-believe, `values` tidies what was found, `dates` resolves times,
`corrections` puts slips right. `language` is the notation in which each language (`english`, `german`, …) is written;
`languages` lists them; `confidence` says how often each attribute was right on labelled messages.
"""
