//! `Http` with a grant to go by.

use std::{collections::BTreeMap, sync::Arc};

use usher_downstream::{DownstreamError, Http, HttpRequest, HttpResponse, HttpSettings, Method};
use usher_policy::{Allowance, Grant};

use super::{Service, exchanger, soon, user};

pub(crate) struct Outside {
    pub(crate) http: Arc<Http>,
    pub(crate) allowance: Allowance,
}

impl Outside {
    /// One origin, `https://ledger.contoso.example`, with a service standing in for it.
    pub(crate) fn standing_in(service: &Service, rule: &str) -> Self {
        let origin = "https://ledger.contoso.example";
        Self::of(
            &format!(r#"{{ origin = "{origin}", {rule} }}"#),
            &[(origin, service)],
            None,
        )
    }

    /// These origins, with no stand-ins.
    pub(crate) fn granting(origins: &str) -> Self {
        Self::of(origins, &[], None)
    }

    pub(crate) fn of(origins: &str, stand_ins: &[(&str, &Service)], entra: Option<&Service>) -> Self {
        let stand_ins = stand_ins
            .iter()
            .map(|(origin, service)| (origin.parse().unwrap(), service.url.clone()));
        let settings = HttpSettings {
            stand_ins: stand_ins.collect(),
            secrets: BTreeMap::new(),
        };
        let origins = origins.replace('\n', " ");
        let grant = Grant::parse(&format!(
            "[capabilities]\nhttp = {{ origins = [{origins}] }}\n[tools]\n"
        ))
        .unwrap();
        Self {
            http: Http::new(settings, entra.map(exchanger), None).unwrap(),
            allowance: grant.allowance(),
        }
    }

    /// Sends on behalf of alice.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, DownstreamError> {
        self.http.send(&user("alice"), &self.allowance, request, soon()).await
    }
}

pub(crate) fn request(method: Method, url: &str) -> HttpRequest {
    HttpRequest {
        method,
        url: url.parse().unwrap(),
        headers: Vec::new(),
        body: None,
    }
}
