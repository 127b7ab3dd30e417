"""From a type hint to its JSON Schema, and from JSON to its values and back.

In comes a hint; out goes a `Codec`, which is made once, when the component is built. A hint that has no schema is refused then,
with the place where it stands. Nothing here knows of tools or of the host.

Schemas are of draft 2020-12, which is what MCP reads a schema without ``$schema`` as. Everything is inlined, except for types
that contain themselves. An argument that may be left out isn't ``null`` besides: several model providers don't take a schema
with two types for one field.
"""

from usher_sdk.types.codec import Codec, dump, load, schema_of
from usher_sdk.types.hints import codec_of
from usher_sdk.types.objects import Field, ObjectCodec
from usher_sdk.types.values import plain

__all__ = ["Codec", "Field", "ObjectCodec", "codec_of", "dump", "load", "plain", "schema_of"]
