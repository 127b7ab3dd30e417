//! Tokens that Entra never issues, or issues for something else: what the caller is told, and what the operator.
//!
//! The caller gets one answer for all of them, which says nothing of the reason. The operator's log has the reason. Tokens are
//! forged by the development Entra, with the tenant's own key unless the test is about the key.

mod claims;
mod signature;
mod trial;
