//! Users of any tenant, made in the stack's user pool.

use crate::{Stack, stack::variable, tenant::Tenant};
use contracts::{Workspace, reindex::OPERATORS_GROUP};
use serde_json::{Value, json};
use uuid::Uuid;

/// Meets every rule of the pool; the user lives as long as the stack of the tests.
const PASSWORD: &str = "Vx9-end-to-end-tests";

impl Stack {
    /// A tenant that nobody else has: `name` and a random part.
    pub async fn new_tenant(&self, name: &str) -> Tenant {
        let random = Uuid::new_v4().simple().to_string();
        self.sign_in(&format!("{name}-{}", &random[..8])).await
    }

    /// A new user of the tenant `workspace`, signed in.
    ///
    /// # Panics
    /// When the user pool refuses.
    pub async fn sign_in(&self, workspace: &str) -> Tenant {
        self.sign_in_as(workspace, None).await
    }

    /// A new user of the tenant `workspace` who is an operator of the deployment, signed in.
    ///
    /// # Panics
    /// When the user pool refuses.
    pub async fn sign_in_operator(&self, workspace: &str) -> Tenant {
        self.sign_in_as(workspace, Some(OPERATORS_GROUP)).await
    }

    async fn sign_in_as(&self, workspace: &str, group: Option<&str>) -> Tenant {
        let pool_id = variable("VINDEX_USER_POOL_ID");
        let name = format!("{}@example.com", Uuid::new_v4().simple());
        let user = |mut body: Value| {
            body["UserPoolId"] = json!(pool_id);
            body["Username"] = json!(name);
            body
        };
        let attributes = json!([
            { "Name": "email", "Value": name },
            { "Name": "email_verified", "Value": "true" },
            { "Name": "custom:workspace", "Value": workspace },
        ]);
        let creation = json!({ "UserAttributes": attributes, "MessageAction": "SUPPRESS" });
        self.user_pool("AdminCreateUser", &user(creation)).await;
        let password = json!({ "Password": PASSWORD, "Permanent": true });
        self.user_pool("AdminSetUserPassword", &user(password))
            .await;
        if let Some(group) = group {
            let membership = user(json!({ "GroupName": group }));
            self.user_pool("AdminAddUserToGroup", &membership).await;
        }
        let sign_in = json!({
            "ClientId": variable("VINDEX_USER_POOL_CLIENT_ID"),
            "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": { "USERNAME": name, "PASSWORD": PASSWORD },
        });
        let answer = self.user_pool("InitiateAuth", &sign_in).await;
        let token = answer["AuthenticationResult"]["IdToken"].as_str();
        Tenant {
            stack: self.clone(),
            workspace: Workspace::from(workspace),
            token: token.expect("signing in gives an ID token").to_owned(),
        }
    }

    async fn user_pool(&self, operation: &str, body: &Value) -> Value {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let request = self
            .http
            .post(variable("AWS_ENDPOINT_URL"))
            .header("x-amz-target", target)
            .header("content-type", "application/x-amz-json-1.1")
            .header("authorization", local_credentials("cognito-idp"));
        let answer = request.body(body.to_string()).send().await;
        let answer = answer.expect("the user pool answers");
        let (status, text) = (answer.status(), answer.text().await.unwrap_or_default());
        assert!(status.is_success(), "{operation}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }
}

/// The local AWS reads from this which service is meant, and checks no signature.
pub(crate) fn local_credentials(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}
