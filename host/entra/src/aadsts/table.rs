//! The numbers that an exchange, a sign-in to this API or a consent to its permissions can meet, in ascending order.
//! After "Microsoft Entra authentication and authorization error codes" and the pages about the flows.

/// Number, meaning, fix.
pub(super) const EXPLANATIONS: &[(u32, &str, &str)] = &[
    (
        28_002,
        "The scope of a request names an API that Entra can't resolve, or names it in a wrong form.",
        "Write the downstream scope with the API's App ID URI, as api://<client id>/.default.",
    ),
    (
        50_011,
        "The redirect URI of a sign-in or consent is not one of the app registration's.",
        "Add this server's consent address, https://<host>/consented, to the app registration as a redirect URI of the platform Web, character for character.",
    ),
    (
        50_013,
        "Entra can't verify the user's token that was sent for the exchange: its signature, format or key is not what it should be.",
        "Let the user sign in again, and if it lasts, see that the app registration has no signing key of its own, which Entra does not allow for an API that exchanges tokens.",
    ),
    (
        50_020,
        "The user's account does not exist in the tenant whose address was used.",
        "Invite the user as a guest of the tenant, or let them sign in with an account of the tenant.",
    ),
    (
        50_027,
        "Entra can't read the token that was sent for the exchange as a JWT.",
        "Let the user sign in again, and if it lasts, look for a proxy that changes request bodies between this host and Entra.",
    ),
    (
        50_055,
        "The user's password has expired.",
        "The user has to sign in interactively and set a new password.",
    ),
    (
        50_057,
        "The user's account is disabled.",
        "Enable the account in Entra if that person should still have access.",
    ),
    (
        50_058,
        "The user is not signed in at Entra any more, so nothing can happen without interaction.",
        "The user has to sign in again.",
    ),
    (
        50_074,
        "The user has to pass multifactor authentication, and the token doesn't show that they did.",
        "Let the user sign in again with a client that answers claims challenges, or require multifactor authentication for signing in to this API too, so that it is passed before the exchange.",
    ),
    (
        50_076,
        "A Conditional Access policy of the downstream API requires multifactor authentication, and the user's token doesn't show it.",
        "Let the user sign in again with a client that answers claims challenges, or apply the same policy to this API, so that it is passed before the exchange.",
    ),
    (
        50_078,
        "The user's multifactor authentication is too old for a Conditional Access policy of the downstream API.",
        "Let the user sign in again with a client that answers claims challenges, or give this API the same sign-in frequency as the downstream API.",
    ),
    (
        50_079,
        "The user has to register for multifactor authentication before the downstream API may be used.",
        "Let the user register a second factor at https://aka.ms/mfasetup and sign in again.",
    ),
    (
        50_105,
        "The downstream API, or this one, admits only users who are assigned to it, and this user is not.",
        "Assign the user, or a group that they are a direct member of, to the enterprise application, or switch off its property Assignment required.",
    ),
    (
        50_158,
        "The user has to satisfy a control outside Entra, such as a multifactor provider or terms of use.",
        "Let the user sign in again with a client that answers claims challenges.",
    ),
    (
        50_173,
        "The user's sign-in has been revoked, usually because the password was changed or reset.",
        "The user has to sign in again.",
    ),
    (
        50_196,
        "Entra sees the same request again and again and takes it for a loop.",
        "Find the client that repeats the call, which the log shows by its azp, and stop it for some minutes.",
    ),
    (
        53_000,
        "A Conditional Access policy requires a compliant device, and the user's isn't.",
        "Let the user enrol the device or make it compliant, or exempt this API from the policy.",
    ),
    (
        53_001,
        "A Conditional Access policy requires a device that is joined to the domain, and the user's isn't.",
        "Let the user work on a joined device, or exempt this API from the policy.",
    ),
    (
        53_003,
        "A Conditional Access policy blocks the user's access to the downstream API.",
        "Find the policy in the sign-in log, under Conditional Access, by the correlation id, and see whether it should apply; the exchange comes from this server's address, not from the user's.",
    ),
    (
        65_001,
        "Nobody has consented to this app registration's use of the downstream API on behalf of this user.",
        "Grant admin consent to the app registration's delegated permissions (API permissions, Grant admin consent), or let the user follow the consent link.",
    ),
    (
        65_002,
        "A first-party application of Microsoft's may use the API only if it is preauthorised there.",
        "Use an app registration of your own as client id instead of one of Microsoft's.",
    ),
    (
        65_004,
        "The user declined to consent.",
        "Let the user follow the consent link again, or grant admin consent for the tenant.",
    ),
    (
        70_003,
        "Entra does not support the grant type of the request for this app registration or endpoint.",
        "Report it as a defect of the host, unless a proxy changes its requests.",
    ),
    (
        70_011,
        "The scope of a request is missing or malformed.",
        "Write exactly one downstream scope with the API's App ID URI, as api://<client id>/.default.",
    ),
    (
        70_021,
        "The app registration has no federated credential that matches the issuer, subject and audience of the assertion.",
        "Add or correct the federated credential, and if that was just done, wait some minutes until it is known everywhere.",
    ),
    (
        90_002,
        "There is no tenant of the configured id in the configured cloud.",
        "Correct the tenant id, or choose the cloud that the tenant belongs to.",
    ),
    (
        90_009,
        "The app registration asks for a token for itself by an App ID URI.",
        "Configure the downstream API's scope, not this API's own; an app that needs a token for itself names its client id.",
    ),
    (
        90_055,
        "The tenant sends more requests than Entra accepts at the moment.",
        "Wait, and if it lasts, find out which applications of the tenant send so many.",
    ),
    (
        90_094,
        "The downstream permissions need an administrator's consent, which users can't give.",
        "Let an administrator grant consent (API permissions, Grant admin consent).",
    ),
    (
        240_002,
        "What was sent for the exchange is an ID token or another token that can't be exchanged.",
        "Let the client send an access token for this API, and never an ID token.",
    ),
    (
        500_011,
        "The tenant knows no API by the App ID URI of the scope.",
        "Correct the downstream scope, or have an administrator create the API's service principal in this tenant by consenting to it.",
    ),
    (
        500_131,
        "The user's token is not for this app registration, so it may not exchange it.",
        "Configure one client id for incoming tokens and for the exchange: that of the API that clients sign in to.",
    ),
    (
        500_133,
        "The user's token has expired or is not valid yet.",
        "The user has to sign in again, and if it happens with fresh tokens, set this machine's clock.",
    ),
    (
        530_032,
        "The tenant's security policy blocks the user's access.",
        "Find the policy in the sign-in log by the correlation id, and see whether it should apply.",
    ),
    (
        530_084,
        "A Conditional Access policy for token protection blocks the access, because the sign-in is not bound to a device.",
        "Exempt this app registration from token protection, which an exchange on behalf of a user can't satisfy.",
    ),
    (
        650_052,
        "The app registration needs an API for which the tenant has no service principal or no subscription.",
        "Have an administrator consent to the app registration for the tenant, and see that the tenant subscribes to the service.",
    ),
    (
        650_053,
        "The app registration asks for a scope that the downstream API does not have.",
        "Correct the scope's name, or define it in the API's app registration under Expose an API.",
    ),
    (
        650_056,
        "The app registration is misconfigured: it does not list the permission, consent is missing, or tenant and client id do not belong together.",
        "List the downstream API under API permissions, grant admin consent, and compare tenant id and client id with the portal.",
    ),
    (
        650_057,
        "The downstream API is not among the permissions that the app registration lists.",
        "Add the API under API permissions of the app registration, and grant consent.",
    ),
    (
        700_016,
        "The tenant has no app registration with the configured client id.",
        "Compare client id, tenant id and cloud with the app registration's overview page.",
    ),
    (
        700_027,
        "Entra doesn't recognise the client assertion: its certificate is not registered, or its signature or thumbprint is of a form that the tenant doesn't accept.",
        "Upload the public part of the configured certificate to the app registration (Certificates & secrets), and remove the configured file's older versions.",
    ),
    (
        700_082,
        "A refresh token has expired for want of use.",
        "The user has to sign in again; this host keeps no refresh tokens, so it is the client's.",
    ),
    (
        700_211,
        "No federated credential of the app registration has the assertion's issuer.",
        "Set the federated credential's issuer to the assertion's iss, character for character: https://login.microsoftonline.com/<tenant>/v2.0 for a managed identity, the cluster's OIDC issuer on Kubernetes.",
    ),
    (
        700_212,
        "No federated credential of the app registration has the assertion's audience.",
        "Set the federated credential's audience to api://AzureADTokenExchange, or to its counterpart in the configured cloud.",
    ),
    (
        700_213,
        "No federated credential of the app registration has the assertion's subject.",
        "Set the federated credential's subject to the managed identity's object (principal) id, or to system:serviceaccount:<namespace>:<name> on Kubernetes.",
    ),
    (
        700_214,
        "The assertion's audience must be the exchange's URI, and is another.",
        "Ask for the managed identity's token with the resource api://AzureADTokenExchange, not with its application id.",
    ),
    (
        700_229,
        "The assertion that vouches for the app registration must be an application's token, and is a user's.",
        "Use a managed identity's token as the assertion.",
    ),
    (
        700_231,
        "The assertion was itself obtained through a federated credential, which Entra does not let vouch for another.",
        "On Kubernetes, add the federated credential for the service account directly to the app registration, and configure the projected token file instead of the managed identity.",
    ),
    (
        900_144,
        "The request lacks a parameter that the token endpoint needs.",
        "Report it as a defect of the host, unless a proxy changes its requests.",
    ),
    (
        901_002,
        "Entra does not take the parameter resource at this endpoint.",
        "Let the client leave out resource, or update the client.",
    ),
    (
        5_002_741,
        "The client assertion names more than one audience.",
        "Report it as a defect of the host, or correct whoever issues the federated token.",
    ),
    (
        7_000_112,
        "The app registration is disabled.",
        "Enable it in Entra (Enterprise applications, Properties, Enabled for users to sign in).",
    ),
    (
        7_000_114,
        "An application's own token was sent for the exchange, and only users' can be exchanged.",
        "Call tools that act on behalf of a user as a user.",
    ),
    (
        7_000_215,
        "The client secret is wrong.",
        "Configure the secret's value, which the portal shows once, and not the secret's id.",
    ),
    (
        7_000_218,
        "The request has neither a client secret nor a client assertion.",
        "Configure a credential for the app registration, and see that it isn't registered as a public client only.",
    ),
    (
        7_000_222,
        "The client secret has expired.",
        "Create a new secret or, better, use a certificate or a managed identity, and configure it.",
    ),
    (
        7_002_138,
        "A federated credential of the app registration has the assertion's subject, but in other upper and lower case.",
        "Write the federated credential's subject exactly as the assertion has it.",
    ),
    (
        9_010_010,
        "The client's sign-in names a resource that is not an App ID URI of the app registration whose scopes it asks for.",
        "Add the MCP endpoint's public URL to the app registration's App ID URIs, without a trailing slash, and publish the scopes below the same URL.",
    ),
];
