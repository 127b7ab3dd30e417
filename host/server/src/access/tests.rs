#![allow(clippy::unwrap_used)]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use usher_entra::ExchangeError;
use usher_policy::Grant;

use super::*;

const ADMINS: Uuid = Uuid::from_u128(0x9999_9999_9999_4999_8999_9999_9999_9999);
const AUDITORS: Uuid = Uuid::from_u128(0x8888_8888_8888_4888_8888_8888_8888_8888);

/// Groups without a Graph: each question is counted and answered alike.
struct Told {
    answer: Result<&'static [Uuid], DownstreamError>,
    is_known: bool,
    asked: AtomicUsize,
    within: Mutex<Vec<Duration>>,
}

impl Told {
    fn new(answer: Result<&'static [Uuid], DownstreamError>) -> Arc<Self> {
        Arc::new(Self {
            answer,
            is_known: false,
            asked: AtomicUsize::new(0),
            within: Mutex::default(),
        })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn answer(&self, groups: &[Uuid]) -> Result<Memberships, DownstreamError> {
        let own = self.answer.clone()?;
        Ok(groups.iter().map(|group| (*group, own.contains(group))).collect())
    }
}

impl Groups for Told {
    fn watch(&self, _: BTreeSet<Uuid>) {}

    fn known(&self, _: &Caller, groups: &[Uuid]) -> Option<Memberships> {
        self.is_known.then(|| self.answer(groups).unwrap())
    }

    fn ask<'a>(
        &'a self,
        _: &'a SignedIn,
        groups: &'a [Uuid],
        deadline: Instant,
    ) -> BoxFuture<'a, Result<Memberships, DownstreamError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.within.lock().unwrap().push(deadline - Instant::now());
        std::future::ready(self.answer(groups)).boxed()
    }
}

fn asking(told: &Arc<Told>) -> Access {
    Access {
        groups: Some(Arc::clone(told) as Arc<dyn Groups>),
    }
}

fn tool(rule: &str) -> Arc<ToolPolicy> {
    tool_within(rule, 10_000)
}

fn tool_within(rule: &str, deadline_ms: u32) -> Arc<ToolPolicy> {
    let grant = format!("[tools.t]\nallow = {rule}\n[limits]\ndeadline-ms = {deadline_ms}\n");
    Grant::parse(&grant)
        .unwrap()
        .admit("c", "r", "t", &[])
        .unwrap()
        .unwrap()
}

fn for_admins() -> Arc<ToolPolicy> {
    tool(&format!("{{ group = \"{ADMINS}\" }}"))
}

fn alice() -> SignedIn {
    SignedIn::testing(Caller::testing("alice").with_scope("user_impersonation").build())
}

fn failing(remedy: Remedy) -> Arc<Told> {
    let error = ExchangeError::testing(remedy, "invalid_grant", Some(65001));
    Told::new(Err(error.into()))
}

#[tokio::test]
async fn a_member_is_let_in_and_nobody_else() {
    let told = Told::new(Ok(&[ADMINS]));
    assert!(asking(&told).permit(&alice(), &for_admins()).await.is_ok());
    let told = Told::new(Ok(&[AUDITORS]));
    let refusal = asking(&told).permit(&alice(), &for_admins()).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Hidden), "{refusal:?}");
    assert_eq!((refusal.said(), refusal.demand(alice().caller())), (None, None));
}

#[tokio::test]
async fn a_failure_to_find_out_is_neither_yes_nor_no() {
    for remedy in [
        Remedy::SignInAgain,
        Remedy::Consent { link: None },
        Remedy::Blocked,
        Remedy::Retry { after: None },
        Remedy::Operator,
    ] {
        let told = failing(remedy.clone());
        let refusal = asking(&told).permit(&alice(), &for_admins()).await.unwrap_err();
        let Refusal::Undecided(failure) = &refusal else {
            panic!("{remedy:?} became {refusal:?}");
        };
        assert_eq!(failure.remedy, remedy);
        assert!(refusal.said().unwrap().contains(&failure.reference));
    }
}

#[tokio::test]
async fn a_rule_by_group_without_graph_is_undecided() {
    let refusal = Access::new(None).permit(&alice(), &for_admins()).await.unwrap_err();
    assert!(
        matches!(&refusal, Refusal::Undecided(failure) if failure.remedy == Remedy::Operator),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn an_answer_that_leaves_the_group_out_is_undecided() {
    struct Silent;
    impl Groups for Silent {
        fn watch(&self, _: BTreeSet<Uuid>) {}
        fn known(&self, _: &Caller, _: &[Uuid]) -> Option<Memberships> {
            Some(Memberships::none())
        }
        fn ask<'a>(
            &'a self,
            _: &'a SignedIn,
            _: &'a [Uuid],
            _: Instant,
        ) -> BoxFuture<'a, Result<Memberships, DownstreamError>> {
            unreachable!("everything is known")
        }
    }
    let access = Access {
        groups: Some(Arc::new(Silent)),
    };
    let refusal = access.permit(&alice(), &for_admins()).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Undecided(_)), "{refusal:?}");
}

#[tokio::test]
async fn nobody_is_asked_when_the_token_says_enough_or_the_answer_is_known() {
    let told = Told::new(Ok(&[]));
    let access = asking(&told);
    let rule = format!("{{ any = [{{ scope = \"user_impersonation\" }}, {{ group = \"{ADMINS}\" }}] }}");
    assert!(access.permit(&alice(), &tool(&rule)).await.is_ok());
    let application = SignedIn::testing(Caller::testing("daemon").as_application().build());
    let refusal = access.permit(&application, &for_admins()).await.unwrap_err();
    assert!(
        matches!(refusal, Refusal::Hidden),
        "groups are about people: {refusal:?}"
    );
    assert_eq!(told.asked(), 0);

    let mut told = Told::new(Ok(&[ADMINS]));
    Arc::get_mut(&mut told).unwrap().is_known = true;
    assert!(asking(&told).permit(&alice(), &for_admins()).await.is_ok());
    assert_eq!(told.asked(), 0);
}

#[tokio::test]
async fn a_lookup_ends_with_the_calls_deadline_or_its_own() {
    let told = Told::new(Ok(&[]));
    let rule = format!("{{ group = \"{ADMINS}\" }}");
    for deadline_ms in [200, 60_000] {
        let _ = asking(&told).permit(&alice(), &tool_within(&rule, deadline_ms)).await;
    }
    let within = told.within.lock().unwrap();
    assert!(
        within[0] <= Duration::from_millis(200) && within[1] <= LOOKUP_TIME,
        "{within:?}"
    );
}

#[tokio::test]
async fn a_listing_asks_once_for_all_groups_of_all_tools() {
    let told = Told::new(Ok(&[AUDITORS]));
    let access = asking(&told);
    let tools: Vec<Arc<ToolPolicy>> = (0..10)
        .map(|at| if at % 2 == 0 { ADMINS } else { AUDITORS })
        .map(|group| tool(&format!("{{ group = \"{group}\" }}")))
        .collect();
    let who = alice();
    let facts = access.listing(&who, tools.iter()).await;
    let shown: Vec<Shown> = tools.iter().map(|tool| facts.shows(&who, tool)).collect();
    assert_eq!(shown[..2], [Shown::No, Shown::Yes]);
    assert!(facts.failure.is_none());
    assert_eq!(told.asked(), 1);
}

#[tokio::test]
async fn a_listing_that_could_not_find_out_still_has_what_is_certain() {
    let told = failing(Remedy::Retry { after: None });
    let tools = [
        for_admins(),
        tool("{ scope = \"user_impersonation\" }"),
        tool("{ role = \"Expenses.Admin\" }"),
    ];
    let who = alice();
    let facts = asking(&told).listing(&who, tools.iter()).await;
    let shown: Vec<Shown> = tools.iter().map(|tool| facts.shows(&who, tool)).collect();
    assert_eq!(shown, [Shown::Undecided, Shown::Yes, Shown::No]);
    assert!(facts.failure.is_some());
}

#[tokio::test]
async fn a_tool_that_lacks_only_scopes_is_listed_and_its_call_demands_them() {
    let access = Access::new(None);
    let reports = tool("{ scope = \"Reports.Write\" }");
    let facts = access.listing(&alice(), std::iter::once(&reports)).await;
    assert_eq!(facts.shows(&alice(), &reports), Shown::Yes);
    let refusal = access.permit(&alice(), &reports).await.unwrap_err();
    let demand = Some(Demand::Scopes(vec!["Reports.Write".to_owned()]));
    assert_eq!(refusal.demand(alice().caller()), demand);
    assert!(refusal.said().unwrap().contains("Reports.Write"));
}

#[tokio::test]
async fn scopes_are_not_demanded_of_whoever_would_be_refused_with_them() {
    let told = Told::new(Ok(&[]));
    let rule = format!("{{ all = [{{ scope = \"Reports.Write\" }}, {{ group = \"{ADMINS}\" }}] }}");
    let refusal = asking(&told).permit(&alice(), &tool(&rule)).await.unwrap_err();
    assert!(matches!(refusal, Refusal::Hidden), "{refusal:?}");
}

#[test]
fn a_client_is_challenged_only_with_what_it_can_bring() {
    use usher_entra::ClaimsChallenge;

    let claims = ClaimsChallenge::from_json(r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#).unwrap();
    let remedy = Remedy::SatisfyClaims(claims.clone());
    let other_client = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
    let silent = Caller::testing("alice").through_client(other_client);
    let announcing = silent.clone().announcing_claims_challenges().build();
    let vs_code = Caller::testing("alice").announcing_claims_challenges().build();
    assert_eq!(Demand::of(&remedy, &announcing), Some(Demand::Claims(claims)));
    assert_eq!(Demand::of(&remedy, &silent.build()), None);
    assert_eq!(
        Demand::of(&remedy, &vs_code),
        None,
        "it would ignore the claims and end the connection"
    );
    assert_eq!(Demand::of(&Remedy::SignInAgain, &vs_code), Some(Demand::SignIn));
    for remedy in [
        Remedy::Consent { link: None },
        Remedy::Blocked,
        Remedy::NeedsUser,
        Remedy::Retry { after: None },
        Remedy::Operator,
    ] {
        assert_eq!(Demand::of(&remedy, &announcing), None, "{remedy:?}");
    }
}
