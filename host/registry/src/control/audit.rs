//! The operator's log of decisions: who let what through, and who took what back.

use std::collections::BTreeSet;

use super::approvals::Approval;
use super::pins::Pin;
use super::records::Records;

/// Logs what was decided since, and gives the names of the components that it is about.
pub(super) fn log_news(before: &Records, now: &Records) -> BTreeSet<String> {
    let mut concerned = BTreeSet::new();
    for approval in now.approvals.iter().filter(|new| !before.approvals.contains(new)) {
        log_approval("approved", approval);
        concerned.insert(approval.component.clone());
    }
    for approval in before.approvals.iter().filter(|old| !now.approvals.contains(old)) {
        log_approval("approval withdrawn", approval);
        concerned.insert(approval.component.clone());
    }
    for pin in now.pins.iter().filter(|new| !before.pins.contains(new)) {
        log_rollback("rolled back", pin);
        concerned.insert(pin.component.clone());
    }
    for pin in &before.pins {
        let replaced = now.pins.iter().any(|new| new.component == pin.component);
        if !replaced {
            // Who undid it is in the approval that goes with it.
            tracing::warn!(
                target: "usher::audit",
                component = pin.component,
                to = pin.from.wasm,
                "rollback undone"
            );
            concerned.insert(pin.component.clone());
        }
    }
    concerned
}

/// Logs the rollbacks that hold when the host starts: they may have been decided while none ran.
pub(super) fn log_rollbacks(records: &Records) {
    for pin in &records.pins {
        log_rollback("is rolled back", pin);
    }
}

fn log_rollback(what: &str, pin: &Pin) {
    tracing::warn!(
        target: "usher::audit",
        component = pin.component,
        from = pin.from.wasm,
        to = pin.to.wasm,
        grant = pin.to.grant,
        user = pin.by.user,
        uid = pin.by.uid,
        sudo_user = pin.by.sudo_user,
        note = pin.note,
        "{what}"
    );
}

/// Logs that a revision goes live since it was approved.
pub(super) fn log_use(approval: &Approval) {
    log_approval("goes live as approved", approval);
}

fn log_approval(what: &str, approval: &Approval) {
    tracing::info!(
        target: "usher::audit",
        component = approval.component,
        revision = approval.pair.wasm,
        grant = approval.pair.grant,
        user = approval.by.user,
        uid = approval.by.uid,
        sudo_user = approval.by.sudo_user,
        note = approval.note,
        "{what}"
    );
}
