"""What runs the same model: a module a runtime, each loaded only where it is installed.

A module here has `open_runtime(Setting) -> Embed` and imports its runtime only then.
"""
