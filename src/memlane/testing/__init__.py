"""The conformance kit: suites that every adapter passes, state machines, fakes and real services.

Needs pytest and Hypothesis: `pip install 'memlane[testing]'`. Nothing in Memlane imports it.
"""
