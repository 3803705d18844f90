"""What can be wrong with a template, as facts."""

from certifly.core.errors import DomainError, NotFound


class UnacceptableText(DomainError):
    """A text cannot be stored or drawn, whatever is removed from it."""


class TemplateNotFound(NotFound):
    """No template of this tenant has this id."""

    def __init__(self) -> None:
        super().__init__("There is no template with this id. List yours with GET /api/v1/templates.")


class VersionNotFound(NotFound):
    """The template has no published version of this number."""

    def __init__(self, template_id: int, version: int) -> None:
        super().__init__(
            f"Template {template_id} has no version {version}. GET /api/v1/templates/{template_id} tells the newest."
        )


class TemplateNotPublished(DomainError):
    """What only a published template has was asked of a draft."""

    def __init__(self, template_id: int) -> None:
        super().__init__(
            f"Template {template_id} is a draft: no certificate can be issued from it yet. Publish it with "
            f"POST /api/v1/templates/{template_id}/publish."
        )
        self.template_id = template_id


class TemplateArchived(DomainError):
    """What was asked for is not for an archived template: to change it, to publish it, or to issue from it."""

    def __init__(self, template_id: int) -> None:
        super().__init__(
            f'Template {template_id} is archived. Send {{"archived": false}} with PATCH to take it out first.'
        )
        self.template_id = template_id


class DraftChanged(DomainError):
    """The draft was changed while it was being published."""

    def __init__(self, template_id: int) -> None:
        super().__init__(
            f"The draft of template {template_id} was changed while it was being published. Publish it again."
        )
        self.template_id = template_id


class AssetNotFound(NotFound):
    """No picture of this tenant has this digest."""

    def __init__(self) -> None:
        super().__init__("There is no picture with this digest. Upload it with POST /api/v1/assets first.")


class TooManyTemplates(DomainError):
    """The tenant holds as many templates as one may."""

    def __init__(self, templates_max: int) -> None:
        super().__init__(f"There are already {templates_max} templates, the most one tenant may have.")


class TooManyAssets(DomainError):
    """The tenant holds as many pictures as one may."""

    def __init__(self, assets_max: int) -> None:
        super().__init__(f"There are already {assets_max} pictures, the most one tenant may have.")


class TooManyVersions(DomainError):
    """The template was published as often as one may be."""

    def __init__(self, versions_max: int) -> None:
        super().__init__(
            f"This template has {versions_max} versions, the most one may have. Create a new one from it."
        )
