// Mail to the person who is signed in, and to nobody else: the address isn't an argument of any tool.

/**
 * The person as Graph knows them. Not everybody has a mailbox's address; everybody has a name to sign in by, which is one in most
 * tenants.
 */
export interface Me {
  mail: string | null;
  userPrincipalName: string;
}

/** The body of `sendMail`. https://learn.microsoft.com/graph/api/user-sendmail */
export function mail(to: string, followUps: readonly { due: string; subject: string }[]): object {
  return {
    message: {
      subject: `${followUps.length} follow-ups`,
      body: { contentType: "Text", content: followUps.map(({ due, subject }) => `${due}  ${subject}`).join("\n") },
      toRecipients: [{ emailAddress: { address: to } }],
    },
    saveToSentItems: false,
  };
}
