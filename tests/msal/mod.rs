//! MSAL for Python, unchanged, against the development Entra: the judge of whether that is a likeness.
//!
//! Microsoft's library was written for Entra and knows nothing of this project. What it acquires here, with each kind of
//! credential, must open the APIs that it was acquired for; what it is refused must reach its caller as Entra's refusals do.
//!
//! # How MSAL gets here
//!
//! It refuses an authority that isn't https, and endpoints in the discovery document that aren't, while the development Entra
//! speaks plain HTTP on loopback. Nothing in MSAL is patched for that. It takes the HTTP client that it shall use as its documented
//! parameter `http_client`, and gets a `requests` session (`loopback.py`) that does what a TLS terminator in front of the
//! development Entra would do: it forwards over HTTP and adds `X-Forwarded-Proto: https`, upon which the documents name https
//! addresses. MSAL sees an https authority throughout, asks for instance discovery, and makes its assertions out to the https token
//! endpoint. A real terminator with a certificate of its own would prove nothing more about either side: TLS is neither's subject.
//!
//! The scripts print MSAL's results as they are; these tests judge them.

mod managed_identity;
mod on_behalf_of;
mod refusals;
mod stage;
