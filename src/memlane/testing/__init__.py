"""The conformance kit: suites that every adapter passes, state machines, fakes and real services.

Needs pytest (with pytest-asyncio in its `auto` mode) and Hypothesis: `pip install 'memlane[testing]'`. Nothing in
Memlane imports it.
"""

import pytest

# The suites are plain modules, whose asserts pytest explains only when told before they are imported.
pytest.register_assert_rewrite(
    "memlane.testing.embedders",
    "memlane.testing.machines",
    "memlane.testing.memories",
    "memlane.testing.memories_changes",
    "memlane.testing.memories_content",
    "memlane.testing.memories_profile",
    "memlane.testing.memories_removal",
    "memlane.testing.memories_replace",
    "memlane.testing.memory_machine",
    "memlane.testing.model_backend",
    "memlane.testing.models",
    "memlane.testing.models_answers",
    "memlane.testing.models_ends",
    "memlane.testing.models_failures",
    "memlane.testing.probes",
    "memlane.testing.reader",
    "memlane.testing.record_machine",
    "memlane.testing.records",
    "memlane.testing.records_takes",
    "memlane.testing.rerankers",
    "memlane.testing.session_machine",
    "memlane.testing.sessions",
    "memlane.testing.sessions_expiry",
    "memlane.testing.sessions_log",
    "memlane.testing.sessions_outbox",
    "memlane.testing.sessions_removal",
    "memlane.testing.sessions_swap",
    "memlane.testing.usage",
    "memlane.testing.usage_machine",
    "memlane.testing.usage_probes",
    "memlane.testing.usage_removal",
    "memlane.testing.work",
    "memlane.testing.work_leases",
    "memlane.testing.work_machine",
    "memlane.testing.work_marks",
)
