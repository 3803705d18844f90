"""The rules of Open Badges 3.0 for what we use of it, as a JSON schema in our own words.

Made from the data model in the specification (1EdTech, "Open Badges Specification 3.0", appendix B), since its own
schema file may not be passed on; `./dev check` fetches it (``tools/official_schema.py``). Stricter than that: no member
is accepted that is not named here. One place is wider: ``credentialStatus`` may be a list, as the W3C allows, where
``credentialSchema`` is left out.
"""

from typing import Any

TEXT = {"type": "string", "minLength": 1}
URI = {"type": "string", "pattern": r"^(https?://|urn:uuid:|did:web:)[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]+$"}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}


def thing(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with these members and no other."""
    return {
        "type": "object",
        "properties": required | (optional or {}),
        "required": list(required),
        "additionalProperties": False,
    }


def many(kind: dict[str, Any]) -> dict[str, Any]:
    """A list; an empty one is left out instead."""
    return {"type": "array", "items": kind, "minItems": 1}


def types(*names: str) -> dict[str, Any]:
    return {"const": list(names)}


PROFILE = thing({"id": URI, "type": types("Profile")}, {"name": TEXT, "url": URI})

ALIGNMENT = thing(
    {"type": types("Alignment"), "targetName": TEXT, "targetUrl": URI},
    {"targetDescription": TEXT, "targetFramework": TEXT, "targetCode": TEXT, "targetType": TEXT},
)

ACHIEVEMENT = thing(
    {
        "id": URI,
        "type": types("Achievement"),
        "name": TEXT,
        "description": TEXT,
        "criteria": thing({"narrative": TEXT}, {"id": URI}),
    },
    {
        "achievementType": TEXT,
        "image": thing({"id": URI, "type": {"const": "Image"}}),
        "inLanguage": {"type": "string", "pattern": "^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"},
        "version": TEXT,
        "alignment": many(ALIGNMENT),
        "tag": many(TEXT),
        "resultDescription": many(
            thing({"id": URI, "type": types("ResultDescription"), "name": TEXT, "resultType": TEXT})
        ),
    },
)

HASHED = thing(
    {
        "type": {"const": "IdentityObject"},
        "hashed": {"const": True},
        "identityHash": {"type": "string", "pattern": r"^sha256\$[0-9a-f]{64}$"},
        "identityType": {"const": "emailAddress"},
        "salt": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
    }
)
PLAIN = thing(
    {
        "type": {"const": "IdentityObject"},
        "hashed": {"const": False},
        "identityHash": TEXT,
        "identityType": {"const": "name"},
    }
)

SUBJECT = thing(
    {"id": URI, "type": types("AchievementSubject"), "achievement": ACHIEVEMENT},
    {
        "identifier": many({"oneOf": [PLAIN, HASHED]}),
        "narrative": TEXT,
        "result": many(thing({"type": types("Result"), "resultDescription": URI, "value": TEXT})),
    },
)

STATUS = thing(
    {
        "id": URI,
        "type": {"const": "BitstringStatusListEntry"},
        "statusPurpose": {"enum": ["revocation", "suspension"]},
        "statusListIndex": {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"},
        "statusListCredential": URI,
    }
)

ONE_STATUS = {
    "properties": {
        "@context": {"minItems": 3},
        "credentialStatus": {
            **STATUS,
            "properties": STATUS["properties"] | {"statusPurpose": {"const": "revocation"}},
        },
    },
    "required": ["credentialSchema"],
}
TWO_STATUSES = {
    "properties": {
        "@context": {"maxItems": 2},
        "credentialStatus": {"type": "array", "items": STATUS, "minItems": 2, "maxItems": 2},
        "credentialSchema": False,
    },
}

_PROOF = {
    "type": {"const": "DataIntegrityProof"},
    "created": MOMENT,
    "verificationMethod": URI,
    "proofPurpose": {"const": "assertionMethod"},
    "proofValue": {"type": "string", "pattern": "^z[1-9A-HJ-NP-Za-km-z]{80,90}$"},
}
PROOFS = {
    "type": "array",
    "prefixItems": [
        thing({**_PROOF, "cryptosuite": {"const": "eddsa-rdfc-2022"}}),
        thing({**_PROOF, "@context": many(URI), "cryptosuite": {"const": "eddsa-jcs-2022"}}),
    ],
    "items": False,
    "minItems": 2,
}

ACHIEVEMENT_CREDENTIAL: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    **thing(
        {
            "@context": {
                "type": "array",
                "prefixItems": [
                    {"const": "https://www.w3.org/ns/credentials/v2"},
                    {"const": "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"},
                    {"const": "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"},
                ],
                "items": False,
                "minItems": 2,
            },
            "id": URI,
            "type": types("VerifiableCredential", "OpenBadgeCredential"),
            "name": TEXT,
            "issuer": PROFILE,
            "validFrom": MOMENT,
            "credentialSubject": SUBJECT,
            "credentialStatus": {"type": ["object", "array"]},
            "proof": PROOFS,
        },
        {
            "credentialSchema": {
                "const": [
                    {
                        "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
                        "ob_v3p0_achievementcredential_schema.json",
                        "type": "1EdTechJsonSchemaValidator2019",
                    }
                ]
            },
            "validUntil": MOMENT,
            "evidence": many(thing({"id": URI, "type": types("Evidence")}, {"name": TEXT})),
        },
    ),
    "oneOf": [ONE_STATUS, TWO_STATUSES],
}
