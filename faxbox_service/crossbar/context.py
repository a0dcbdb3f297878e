"""What is known of a request so far, and of the reply that it wants."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from faxbox_service.documents.types import AccountId

from .auth.client_address import UNKNOWN
from .auth.credentials import Credential, CredentialKind
from .auth.principal import Principal
from .content_coding import accepts_gzip
from .request.negotiation import (
    DEFAULT_LANGUAGE,
    Representation,
    negotiated_language,
    negotiated_representation,
    overriding_representation,
)
from .request.parsed import METHODS, READS, ParsedRequest
from .request.reply_format import ReplyFormat, checked_callback


@dataclass(slots=True)
class RequestContext:
    """What is known of a request so far; whatever happens, the reply is made from it."""

    request_id: str
    path: str
    query: str
    now: float
    address: str = UNKNOWN
    """The client's, as rate limits go by it."""
    account_id: AccountId | None = None
    """The account of the path, once the caller may act on it."""
    allowed: tuple[str, ...] = METHODS
    is_cross_origin: bool = False
    credential: Credential | None = None
    principal: Principal | None = None
    identified: Principal | None = None
    """Who was found to ask before the body was read, whether or not that matters here."""
    refusal: Exception | None = None
    """What the credential was refused with then."""
    is_login: bool = False
    has_paid: bool = False
    """For having proved nothing, or for a login."""
    none_match: frozenset[str] | None = None
    language: str | None = None
    """What was negotiated; None: the request has not been judged that far."""
    representation: Representation = Representation.JSON
    rendering: ReplyFormat = field(default_factory=ReplyFormat)
    file_name: str | None = None
    """What the client wants a downloaded table to be called."""
    is_csv_safe: bool | None = None
    """Whether he wants a table without formulas; None: he does not say."""

    @property
    def token(self) -> str | None:
        """The token that has proved who asks, when it was a token that did."""
        credential = self.credential
        if self.principal is None or credential is None:
            return None
        return credential.text if credential.kind is CredentialKind.TOKEN else None

    @property
    def caller(self) -> str:
        """Whom the entity tag of a read is for: the token that it repeats, or else the user."""
        if self.credential is not None and self.credential.is_echoed:
            return self.credential.text
        # A hash of a password would let it be guessed.
        principal = self.principal
        return f"{principal.account.id}:{principal.user_id}" if principal is not None else ""

    def read_headers(self, headers: Mapping[str, str]) -> None:
        """Take in what the headers say of the reply's form, errors included."""
        self.rendering.is_pretty = headers.get("x-pretty-print") == "true"
        encodings = headers.get("accept-encoding")
        self.rendering.is_compressed = encodings is not None and accepts_gzip(encodings)

    def read_options(self, parsed: ParsedRequest) -> None:
        """Take in what the options say of the reply's form. Raises a 400."""
        options = parsed.options
        if not options.is_any:
            return
        if options.get("pretty_print") in (True, "true"):
            self.rendering.is_pretty = True
        callback = options.get("jsonp")
        if callback is not None:
            self.rendering.callback = checked_callback(callback)

    def negotiate(self, headers: Mapping[str, str], parsed: ParsedRequest) -> None:
        """Settle language and representation. Raises a 400 or a 406."""
        accept = headers.get("accept")
        if accept is not None and accept != "*/*":
            self.representation = negotiated_representation(accept)
        languages = headers.get("accept-language")
        self.language = DEFAULT_LANGUAGE if languages is None else negotiated_language(languages)
        if parsed.method not in READS:
            # Kazoo answers changes in JSON whatever was negotiated.
            self.representation = Representation.JSON
            return
        option = parsed.options.get("accept")
        if isinstance(option, str) and self.representation is Representation.JSON:
            self.representation = overriding_representation(option) or Representation.JSON
        if self.representation is Representation.CSV:
            name = headers.get("x-file-name") or parsed.options.get("file_name")
            self.file_name = name if isinstance(name, str) else None
            safe = parsed.options.get("csv_safe")
            self.is_csv_safe = None if safe is None else safe not in (False, "false")
