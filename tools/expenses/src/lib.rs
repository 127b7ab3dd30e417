//! Expenses: people record and see their own, and admins see what everybody spends by category.
//!
//! An item of the container `expenses` belongs to whoever recorded it. The host sees to that: nothing here knows who
//! is calling, and `my_documents` has no words for anybody else's items.
#![forbid(unsafe_code)]

use usher_sdk::prelude::*;

const EXPENSES: &str = "expenses";
/// For clients that don't know the format `date`.
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

/// An expense, as it is recorded and as it is stored.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Expense {
    /// The day of the expense, as YYYY-MM-DD.
    #[schemars(regex(pattern = DATE))]
    date: Date,
    /// What it cost.
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1_000_000_000))]
    amount: f64,
    /// What it was spent on.
    category: Category,
    /// What was bought.
    #[schemars(length(min = 1, max = 500))]
    description: String,
    /// How it was paid.
    payment_method: PaymentMethod,
}

// In the order of the alphabet, by which the statistics are sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Category {
    Entertainment,
    Food,
    Gadget,
    Other,
    Shopping,
    Transport,
}

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum PaymentMethod {
    Amex,
    Cash,
    Visa,
}

#[derive(Serialize, JsonSchema)]
struct Recorded {
    /// The id of the new expense.
    id: String,
}

/// Records an expense of the person who is signed in.
#[tool(
    title = "Add expense",
    destructive = false,
    idempotent = false,
    open_world = false,
    requires(my_documents_write(EXPENSES))
)]
fn add_user_expense(expense: Expense) -> Result<Recorded, Error> {
    let written = my_documents_write::container(EXPENSES).create(&expense)?;
    Ok(Recorded { id: written.id })
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// Only expenses of this day, as YYYY-MM-DD, and later.
    #[schemars(regex(pattern = DATE))]
    since: Option<Date>,
    /// At most so many.
    #[serde(default = "fifty")]
    #[schemars(range(min = 1, max = 100))]
    limit: u8,
}

fn fifty() -> u8 {
    50
}

#[derive(Serialize, JsonSchema)]
struct Expenses {
    /// The expenses, the newest first.
    expenses: Vec<Expense>,
}

/// Lists the expenses of the person who is signed in, the newest first.
#[tool(
    title = "My expenses",
    read_only = true,
    open_world = false,
    requires(my_documents(EXPENSES))
)]
fn get_user_expenses(wanted: Wanted) -> Result<Expenses, Error> {
    const NEWEST_FIRST: &str = "SELECT c.date, c.amount, c.category, c.description, c.payment_method \
        FROM c WHERE c.date >= @since ORDER BY c.date DESC";
    let expenses = my_documents::container(EXPENSES)
        .query(NEWEST_FIRST)
        .bind("@since", wanted.since.unwrap_or(Date::FIRST))
        .collect(wanted.limit.into())?;
    Ok(Expenses { expenses })
}

#[derive(Serialize, JsonSchema)]
struct Statistics {
    /// What was spent on each category that anybody spent on, in the order of the alphabet.
    categories: Vec<CategoryStatistics>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct CategoryStatistics {
    category: Category,
    /// How many expenses there are.
    count: u64,
    /// Their sum, to the cent.
    total: f64,
}

/// Counts and sums the expenses of all users by category.
#[tool(
    title = "Expense statistics",
    read_only = true,
    open_world = false,
    requires(all_documents(EXPENSES))
)]
fn get_expense_stats() -> Result<Statistics, Error> {
    const BY_CATEGORY: &str = "SELECT c.category, COUNT(1) AS count, SUM(c.amount) AS total FROM c GROUP BY c.category";
    let rows = all_documents::container(EXPENSES).query(BY_CATEGORY).collect(100)?;
    Ok(Statistics {
        categories: sorted_to_the_cent(rows),
    })
}

fn sorted_to_the_cent(mut rows: Vec<CategoryStatistics>) -> Vec<CategoryStatistics> {
    rows.sort_by_key(|row| row.category);
    for row in &mut rows {
        row.total = (row.total * 100.0).round() / 100.0;
    }
    rows
}

usher_sdk::export!(add_user_expense, get_user_expenses, get_expense_stats);

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
