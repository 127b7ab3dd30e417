//! What a call costs, in ratios: everything is measured in one run on one machine, and processor time counts rather than
//! requests a second, since the machine may be shared.
//!
//! `cargo xtask bench` builds what is measured in the release profile and runs this program. It prints a table and writes the same
//! figures, each with its unit, its target and whether it holds, to the file that `USHER_BENCH_OUT` names.
//!
//! The servers are processes of their own: this program's share of the work, sending requests and reading answers, is not counted.
#![forbid(unsafe_code)]

mod call_cost;
mod documents;
mod durable;
mod figures;
mod gate;
mod languages;
mod load;
mod memory;
mod native;
mod parts;
mod process;
mod reload;
mod start;

use std::process::ExitCode;

use figures::Figures;

/// The host's allocator, so that the server that it is compared with has it too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The argument by which this program runs as the server that everything is compared with.
const NATIVE_SERVER: &str = "native-server";
/// The argument by which only the document store is measured.
const DOCUMENTS: &str = "documents";
/// The argument by which only the languages of tools are measured.
const LANGUAGES: &str = "languages";
/// The argument by which only changes of tools are measured.
const RELOAD: &str = "reload";

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut figures = Figures::default();
    let part = std::env::args().nth(1);
    if part.as_deref() == Some(NATIVE_SERVER) {
        native::serve().await?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(other) = part
        .as_deref()
        .filter(|part| ![DOCUMENTS, LANGUAGES, RELOAD].contains(part))
    {
        anyhow::bail!("there is nothing called `{other}` to measure");
    }
    let is_wanted = |name| part.as_deref().is_none_or(|part| part == name);
    if part.is_none() {
        measure_calls(&mut figures).await?;
    }
    if is_wanted(LANGUAGES) {
        eprintln!("tools in other languages …");
        languages::measure(&mut figures).await?;
    }
    if is_wanted(RELOAD) {
        eprintln!("tools that change …");
        reload::measure(&mut figures).await?;
    }
    if is_wanted(DOCUMENTS) {
        eprintln!("the document store …");
        documents::measure(&mut figures).await?;
    }
    figures.print();
    figures.write()?;
    Ok(if figures.all_hold() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What calls cost, with the host's program and the built tools.
async fn measure_calls(figures: &mut Figures) -> anyhow::Result<()> {
    eprintln!("what a call costs …");
    call_cost::measure(figures).await?;
    eprintln!("where its time goes …");
    parts::measure(figures).await?;
    eprintln!("what a group's rule adds …");
    gate::measure(figures).await?;
    eprintln!("durable writes …");
    durable::measure(figures).await?;
    eprintln!("start …");
    start::measure(figures).await?;
    eprintln!("memory …");
    memory::measure(figures).await?;
    Ok(())
}
