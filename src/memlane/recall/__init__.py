"""How memories are found: pure functions over one partition held in memory, without stores, clocks or models.

Read it in this order. `text` says by which words and which text a memory is found, `analysis` what counts as the same
word. `index` holds a partition: `postings` (which terms in which rows), `vectors`, `rows` (when, who, which session),
`turns` (what was said before and after). A `question` meets it in `evidence`: BM25 (`bm25`) and cosines of all rows and
sessions, and the candidates. `signals` are the reasons why a candidate may answer, one small function each, some with
a module of their own (`windows`, `moments`, `asking`); `weights` says how much each counts. `search` and `episodes` add
the shares up and give the best, with `why`.

To add a signal: a function in `signals`, a weight in `weights`, an entry in `SIGNALS`; then `memlane bench ablation`
tells what it is worth.
"""
