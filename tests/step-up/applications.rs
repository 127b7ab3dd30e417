//! Applications that call by themselves: let in where their role is configured, and in no group, since groups are about people.

use std::fs::File;
use std::net::TcpListener;
use std::process::Child;

use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use usher_tests::control::count;
use usher_tests::host::usher;
use usher_tests::{Folder, Host, transcripts, wait};

use super::{Met, arguments, folder, host, listed_at};
use crate::protocol::wire::{Ask, text};

/// The role that the daemon holds, and that opens one tool; the other daemon holds none.
const ROLE: &str = "Expenses.Read.All";

/// The variable that has the client secret, as an operator would name it.
const SECRET: &str = "TEST_CLIENT_SECRET";

/// Where the host's log goes, in its folder.
const OUTPUT: &str = "output.txt";

/// A host in production's way, beside a development host whose cloud it trusts.
struct Serving {
    process: Child,
    url: String,
    place: TempDir,
    _tools: Folder,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        transcripts::host_said(&self.output());
    }
}

impl Serving {
    /// Starts one that lets applications in by these roles.
    async fn start(cloud: &Host, application_roles: &str) -> Self {
        loop {
            if let Some(serving) = Self::attempt(cloud, application_roles).await {
                return serving;
            }
        }
    }

    /// Nothing tells which port a host got that was told to take any, so it is told which. Somebody else may take that port
    /// before the host does: then it ends, and there is none.
    async fn attempt(cloud: &Host, application_roles: &str) -> Option<Self> {
        let place = tempfile::tempdir().unwrap();
        let tools = folder();
        let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let url = format!("http://{listen}/mcp");
        let described = cloud.description();
        let config = format!(
            "public-url = \"{url}\"\nlisten = \"{listen}\"\ntools = {tools:?}\ndata = {data:?}\n\
             [entra]\ntenant-id = {tenant}\nclient-id = {client}\ncloud = \"devcloud\"\nauthority = {authority}\n\
             application-roles = [{application_roles}]\n\
             [entra.credential]\nkind = \"secret\"\nsecret = {{ env = \"{SECRET}\" }}\n\
             [entra.groups]\nusher-admins = {admins}\nusher-finance = {finance}\nusher-nobody = {nobody}\n",
            tools = tools.path(),
            data = place.path().join("data"),
            tenant = described["tenant"],
            client = described["client_id"],
            authority = described["authority"],
            admins = described["groups"]["usher-admins"],
            finance = described["groups"]["usher-finance"],
            nobody = described["groups"]["usher-nobody"],
        );
        let file = place.path().join("usher.toml");
        std::fs::write(&file, config).unwrap();
        let output = File::create(place.path().join(OUTPUT)).unwrap();
        let process = usher()
            .args(["serve", "--config"])
            .arg(&file)
            .env(SECRET, described["client_secret"].as_str().unwrap())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut serving = Self {
            process,
            url,
            place,
            _tools: tools,
        };
        let metadata = serving.url.replace("/mcp", "/.well-known/oauth-protected-resource/mcp");
        let served = wait::until("the host to serve, or to end", async || {
            if serving.process.try_wait().unwrap().is_some() {
                return Some(false);
            }
            let answer = cloud.client().http().get(&metadata).send().await.ok()?;
            Some(answer.status() == StatusCode::OK)
        })
        .await;
        let output = serving.output();
        assert!(served || output.contains("in use"), "the host doesn't serve:\n{output}");
        served.then_some(serving)
    }

    fn output(&self) -> String {
        std::fs::read_to_string(self.place.path().join(OUTPUT)).unwrap_or_default()
    }
}

/// A token that a daemon of the development tenant gets by itself.
async fn token_of(cloud: &Host, daemon: &str) -> String {
    let described = cloud.description();
    let daemons = described["daemons"].as_array().unwrap();
    let daemon = daemons.iter().find(|known| known["name"] == daemon).unwrap();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", daemon["client_id"].as_str().unwrap()),
        ("client_secret", described["client_secret"].as_str().unwrap()),
        (
            "scope",
            &format!("api://{}/.default", described["client_id"].as_str().unwrap()),
        ),
    ];
    let endpoint = described["token_endpoint"].as_str().unwrap();
    let answer = cloud.client().http().post(endpoint).form(&form).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["access_token"]
        .as_str()
        .unwrap_or_else(|| panic!("no token: {}", answer["error_description"]))
        .to_owned()
}

#[tokio::test]
async fn an_application_with_a_configured_role_is_let_in_and_is_in_no_group() {
    let cloud = host().await;
    let serving = Serving::start(&cloud, &format!("\"{ROLE}\"")).await;
    let daemon = token_of(&cloud, "daemon").await;
    // What is for whoever is *not* in a group isn't for it either, since a person's scope stands beside that.
    assert_eq!(listed_at(&cloud, &serving.url, &daemon).await, ["insist"]);
    for tool in ["get", "get_all", "is_member_of", "memberships", "write"] {
        let call = Ask::call(&daemon, tool, &arguments(tool));
        let answer = call.at(&cloud, &serving.url).await;
        assert_eq!(Met::of(tool, &answer), Met::Unknown, "{tool}");
    }
    // Its role opens a tool. What that does on behalf of its caller takes a person.
    let call = Ask::call(&daemon, "insist", &arguments("insist"));
    let result = call.at(&cloud, &serving.url).await.result();
    assert_eq!(result["isError"], true, "{result}");
    assert!(text(&result).contains("It takes a person"), "{result}");
    assert_eq!(count(&cloud, "obo").await, 0, "nothing can be exchanged for it");

    let stranger = token_of(&cloud, "stranger").await;
    let refused = Ask::modern(&stranger, "tools/list", json!({}))
        .at(&cloud, &serving.url)
        .await;
    assert!(
        [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&refused.status),
        "{refused:?}"
    );
}

#[tokio::test]
async fn without_a_configured_role_no_application_is_let_in() {
    let cloud = host().await;
    let daemon = token_of(&cloud, "daemon").await;
    let at_dev = Ask::modern(&daemon, "tools/list", json!({})).to(&cloud).await;
    assert!(
        [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&at_dev.status),
        "{at_dev:?}"
    );
}
