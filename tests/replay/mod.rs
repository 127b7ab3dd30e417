//! A call without a server, recorded, and replayed to the byte.
