//! What the operator decides about exchanges.

use url::Url;
use uuid::Uuid;

use crate::Cloud;

/// Which tokens are exchanged where, and how many are kept.
#[derive(Debug, Clone)]
pub struct OnBehalfOfSettings {
    /// The cloud whose token endpoint is asked.
    pub cloud: Cloud,
    /// The tenant, that of the callers.
    pub tenant: Uuid,
    /// The client id of the API's app registration, which is the `aud` of the tokens to be exchanged.
    pub client_id: Uuid,
    /// Downstream tokens kept, of all users together; one is about 4 KiB. 0 exchanges every time.
    pub cache_entries: u64,
    /// Where Entra sends a user back to who has consented: this server's `/consented`, registered with the app as a
    /// redirect URI of the platform Web. Without it, no consent links are made.
    pub consent_redirect: Option<Url>,
}
