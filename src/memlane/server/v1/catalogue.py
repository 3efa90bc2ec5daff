"""All operations of `/v1`."""

from memlane.server.v1 import (
    chats,
    contexts,
    knowledge,
    memories,
    messages,
    preferences,
    recalling,
    sessions,
    tenants,
    users,
)

RESOURCES = [
    resource.operations
    for resource in (messages, contexts, chats, recalling, memories, knowledge, preferences, sessions, users, tenants)
]
OPERATIONS = [operation for resource in RESOURCES for operation in resource.all]
