"""One script called many times, the calls sent together: one round trip for each node.

Owns what is sent and what errors among the answers mean. Must not know what the script does.
"""

from collections.abc import Sequence
from typing import Any

from redis import exceptions as redis_errors
from redis.asyncio import Redis, RedisCluster

from memlane.adapters._drivers._redis_protocol import Argument, Call
from memlane.adapters._drivers._redis_scripts import Script


async def run_calls(client: Redis | RedisCluster, script: Script, calls: Sequence[Call]) -> list[Any]:
    """Return what a script answers to each call; raise the first error there is once all have been answered.

    Raises:
        redis.exceptions.RedisError: any of redis-py; of the other calls, some or all may have been done.
    """
    answers = await _sent(client, [("EVALSHA", script.sha, len(keys), *keys, *args) for keys, args in calls])
    unknown = [at for at, answer in enumerate(answers) if isinstance(answer, redis_errors.NoScriptError)]
    if unknown:
        texts = [("EVAL", script.text, len(keys), *keys, *args) for keys, args in (calls[at] for at in unknown)]
        for at, answer in zip(unknown, await _sent(client, texts), strict=True):
            answers[at] = answer
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers


async def _sent(client: Redis | RedisCluster, commands: Sequence[tuple[Argument, ...]]) -> list[Any]:
    """Return answers and errors."""
    if isinstance(client, RedisCluster):
        await client.initialize()
        pipeline: Any = client.pipeline()
    else:
        pipeline = client.pipeline(transaction=False)
    for command in commands:
        pipeline.execute_command(*command)
    try:
        return await pipeline.execute(raise_on_error=False)
    except AttributeError as exc:
        raise redis_errors.ConnectionError("a failover closed a connection in use") from exc
