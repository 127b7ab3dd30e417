//! What a grant gives of other services: origins, with what may be asked of each and the credential that the host attaches.

mod credential;
mod grant;
mod origin;

pub use credential::HttpCredential;
pub use grant::{HttpGrant, OriginGrant};
pub use origin::{Origin, OriginError};
