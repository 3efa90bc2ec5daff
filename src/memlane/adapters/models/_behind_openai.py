"""What the models behind OpenAI's two APIs have in common: how they are reached, and how that fails."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from memlane.adapters._drivers._patience import Patience
from memlane.adapters._drivers.openai import OpenAIAccess, refusal_text
from memlane.adapters.models._hosted import HostedModel
from memlane.adapters.models._openai_parts import model_errors
from memlane.errors import MemlaneError

if TYPE_CHECKING:
    from openai import AsyncOpenAI  # noqa: F401 -- named as text below


class BehindOpenAI(HostedModel["AsyncOpenAI"]):
    """A model that is reached through the `openai` package."""

    def __init__(
        self,
        access: OpenAIAccess,
        *,
        model: str,
        context_tokens: int | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Choose the server and the model; connect to nothing yet.

        Args:
            access: The server. The client made from it is closed by aclose().
            model: Name of the model; of Azure, of the deployment.
            context_tokens: How many tokens prompt and answer may come to; None: as known for the name.
            patience: How long to wait, in place of the `timeout` of `access`; None for the defaults.

        Raises:
            SettingError: no name of a model, or one that is too long.
        """
        super().__init__(
            lambda: access.open(patience or Patience()),
            provider=access.provider,
            model=model,
            context_tokens=context_tokens,
        )
        self._is_compatible = access.provider == "openai-compatible"

    def _errors(self) -> AbstractContextManager[None]:
        return model_errors(self._what)

    def _refusal_text(self, error: MemlaneError) -> str:
        return refusal_text(error)
