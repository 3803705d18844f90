"""Arguments that several tools take, in the same words."""

from certifly.core.limits import PAGE_DEFAULT, PAGE_MAX
from certifly.mcp.arguments import Argument
from certifly.web.paging import CURSOR_LENGTH_MAX
from certifly.web.recorded import KEPT_FOR, KEY_LENGTH_MAX

TEMPLATE_ID = Argument(
    "template_id",
    {
        "type": "string",
        "pattern": "^[1-9][0-9]{0,15}$",
        "description": "Id of the template, a number such as 1; list_templates tells it.",
    },
    required=True,
    or_number=True,
)
CERTIFICATE = Argument(
    "certificate",
    {
        "type": "string",
        "pattern": "^([1-9][0-9]{0,15}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$",
        "description": "Its id, a number such as 12, or its code, a UUID.",
    },
    required=True,
    or_number=True,
)
LIMIT = Argument(
    "limit",
    {
        "type": "integer",
        "minimum": 1,
        "maximum": PAGE_MAX,
        "default": PAGE_DEFAULT,
        "description": "Most items of the page.",
    },
)
CURSOR = Argument(
    "cursor",
    {
        "type": "string",
        "pattern": "^[A-Za-z0-9_-]+$",
        "maxLength": CURSOR_LENGTH_MAX,
        "description": "Where to go on: next_cursor of the page before, with the other arguments unchanged.",
    },
)
DATA = Argument(
    "data",
    {
        "type": "object",
        "additionalProperties": True,
        "description": "The values by label and extra field, with the exact names of get_template_schema. A value "
        "is text or a number.",
    },
    required=True,
)
SEND_EMAIL = Argument(
    "send_email",
    {
        "type": "boolean",
        "default": False,
        "description": "Whether the recipient gets the certificate by e-mail. The template must have a field "
        "for the address. Set it to true only when the person asked for it: an e-mail cannot be taken back.",
    },
)
EXPIRES_AT = Argument(
    "expires_at",
    {
        "type": "string",
        "format": "date-time",
        "maxLength": 64,
        "description": "Until when it holds, with its zone, such as 2027-12-31T23:59:59Z. Leave it out "
        "unless the person named a day: the template says what is usual.",
    },
)
IDEMPOTENCY_KEY = Argument(
    "idempotency_key",
    {
        "type": "string",
        "pattern": r"^[\x21-\x7e]+$",
        "maxLength": KEY_LENGTH_MAX,
        "description": "A key of your own for this one certificate, such as a new UUID, or "
        "course-2026-11-ada-lovelace. Make a new one for every certificate, and send the same one when you "
        "repeat a call whose answer you did not get: however often it is sent within "
        f"{KEPT_FOR.total_seconds() / 3600:.0f} hours, there will be one certificate. Later than that, look first "
        "whether it is there.",
    },
    required=True,
)
REASON = Argument(
    "reason",
    {
        "type": "string",
        "maxLength": 500,
        "description": "Why, in a sentence. It is shown to everyone who checks the certificate: name nobody, "
        "and nothing private. Ask the person for it; do not make one up.",
    },
    required=True,
)
