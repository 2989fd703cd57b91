"""Where vectors may be kept other than on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True)
class VectorService:
    """An index of a vector database that somebody set up.

    Attributes:
        host: Its address; looked up by the index's name when empty.
        index: Its name.
    """

    api_key: str = field(repr=False)
    host: str = ""
    index: str = ""

    @property
    def is_local(self) -> bool:
        """Whether it runs on this machine, so that what is sent to it stays here.

        >>> VectorService("key", "http://127.0.0.1:5081").is_local
        True
        >>> VectorService("key", "movies-ab12.svc.pinecone.io").is_local
        False
        """
        name = urlsplit(self.host if "://" in self.host else f"//{self.host}").hostname or ""
        try:
            return name == "localhost" or ip_address(name).is_loopback
        except ValueError:
            return False
