//! What the functions behind the HTTP API share: who calls, and problem documents.

use axum::{
    Json,
    extract::{FromRequestParts, rejection::JsonRejection},
    response::{IntoResponse, Response},
};
use contracts::{Workspace, api::Problem, limits::MAX_BODY_BYTES, reindex::OPERATORS_GROUP};
use http::{HeaderValue, StatusCode, header, request::Parts};
use lambda_http::{RequestExt, request::RequestContext};

/// Who calls, by the token that API Gateway has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The tenant: `custom:workspace`, else `sub`.
    pub workspace: Workspace,
    /// The token's subject.
    pub subject: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        caller_of(|name| claim(parts, name))
    }
}

/// A caller who may change what all tenants share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator(pub Caller);

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        operator_of(|name| claim(parts, name))
    }
}

/// The caller by the claims of a verified token, if it is a member of the group of operators.
///
/// # Errors
/// As [`caller_of`], and 403 where the token names another group or none.
pub fn operator_of(claim: impl Fn(&str) -> Option<String>) -> Result<Operator, ProblemResponse> {
    let caller = caller_of(&claim)?;
    let groups = claim("cognito:groups").unwrap_or_default();
    // API Gateway writes a list as `[a b]`. A group's name may hold brackets and has no space in it.
    let inner = groups
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let mut names = inner.unwrap_or(&groups).split(' ');
    if names.any(|name| name == OPERATORS_GROUP) {
        return Ok(Operator(caller));
    }
    let detail = format!(
        "this is for operators of the deployment: the token's user is not in the group {OPERATORS_GROUP}"
    );
    Err(ProblemResponse::new(StatusCode::FORBIDDEN, detail))
}

fn claim(parts: &Parts, name: &str) -> Option<String> {
    let RequestContext::ApiGatewayV2(context) = parts.request_context_ref()? else {
        return None;
    };
    let claims = &context.authorizer.as_ref()?.jwt.as_ref()?.claims;
    claims.get(name).cloned()
}

/// The caller by the claims of a verified token.
///
/// # Errors
/// 401 where the token names no subject or a workspace that can't stand in keys.
pub fn caller_of(claim: impl Fn(&str) -> Option<String>) -> Result<Caller, ProblemResponse> {
    let unauthorized = || {
        ProblemResponse::new(
            StatusCode::UNAUTHORIZED,
            "the token names no usable workspace: sign in with a user whose custom:workspace or sub is 1 to 128 letters, digits or -_.@=",
        )
    };
    if claim("token_use").as_deref() == Some("access") {
        let detail = "an access token names no workspace: send the ID token";
        return Err(ProblemResponse::new(StatusCode::UNAUTHORIZED, detail));
    }
    let subject = claim("sub").ok_or_else(unauthorized)?;
    let workspace = claim("custom:workspace").unwrap_or_else(|| subject.clone());
    let workspace = Workspace(workspace);
    if !workspace.is_valid() {
        return Err(unauthorized());
    }
    Ok(Caller { workspace, subject })
}

/// An error answer as RFC 9457 has it.
#[derive(Debug, PartialEq, Eq)]
pub struct ProblemResponse {
    /// HTTP status.
    pub status: StatusCode,
    /// What is wrong and the way out.
    pub detail: String,
}

impl ProblemResponse {
    /// A problem with a status and a sentence for people.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            status,
            detail: detail.into(),
        }
    }

    /// 400: the request itself is wrong.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, detail)
    }

    /// 503: a service that vindex needs does not answer; logged here with its cause.
    pub fn unavailable(what: &str, cause: &dyn std::error::Error) -> Self {
        tracing::error!(error.chain = %cause, "{what} does not answer");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            format!("{what} does not answer at present: try again in a moment"),
        )
    }
}

impl IntoResponse for ProblemResponse {
    fn into_response(self) -> Response {
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
        };
        let mut response = (self.status, Json(problem)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

impl From<JsonRejection> for ProblemResponse {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Self::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("the body has more than the {MAX_BODY_BYTES} bytes allowed"),
            ),
            _ => Self::bad_request(format!("the body can't be used: {}", rejection.body_text())),
        }
    }
}

/// A JSON body whose rejection is a problem document.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<T, S> axum::extract::FromRequest<S> for JsonBody<T>
where
    T: serde::de::DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ProblemResponse;

    async fn from_request(
        request: axum::extract::Request,
        state: &S,
    ) -> Result<Self, Self::Rejection> {
        let Json(value) = Json::<T>::from_request(request, state).await?;
        Ok(Self(value))
    }
}

/// Parameters of the address whose rejection is a problem document.
#[derive(Debug)]
pub struct QueryParameters<T>(pub T);

impl<T, S> FromRequestParts<S> for QueryParameters<T>
where
    T: serde::de::DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = ProblemResponse;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(query) => Ok(Self(query.0)),
            Err(rejection) => Err(ProblemResponse::bad_request(format!(
                "the parameters can't be used: {}",
                rejection.body_text()
            ))),
        }
    }
}

/// Answer to a path that no route has.
pub async fn not_found() -> ProblemResponse {
    ProblemResponse::new(StatusCode::NOT_FOUND, "no such path: see docs/openapi.yaml")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(claims: &[(&str, &str)], expected: Result<&str, StatusCode>) {
        let caller = caller_of(|name| {
            claims
                .iter()
                .find(|(claim, _)| *claim == name)
                .map(|(_, value)| (*value).to_owned())
        });
        let workspace = caller.map(|caller| caller.workspace.0);
        assert_eq!(
            workspace.map_err(|problem| problem.status),
            expected.map(str::to_owned)
        );
    }

    #[test]
    fn the_workspace_comes_from_its_claim_or_else_the_subject() {
        check(&[("sub", "s"), ("custom:workspace", "w")], Ok("w"));
        check(&[("sub", "s")], Ok("s"));
        check(
            &[("sub", "s"), ("token_use", "access")],
            Err(StatusCode::UNAUTHORIZED),
        );
        check(&[("custom:workspace", "w")], Err(StatusCode::UNAUTHORIZED));
        check(
            &[("sub", "s"), ("custom:workspace", "../x")],
            Err(StatusCode::UNAUTHORIZED),
        );
    }

    #[track_caller]
    fn check_operator(groups: Option<&str>, expected: Option<StatusCode>) {
        let operator = operator_of(|name| match name {
            "sub" => Some("s".to_owned()),
            "cognito:groups" => groups.map(str::to_owned),
            _ => None,
        });
        assert_eq!(
            operator.err().map(|problem| problem.status),
            expected,
            "{groups:?}"
        );
    }

    #[test]
    fn an_operator_is_in_the_group_of_that_very_name() {
        let refused = Some(StatusCode::FORBIDDEN);
        check_operator(Some("[operators]"), None);
        check_operator(Some("[editors operators]"), None);
        check_operator(Some("operators"), None);
        for other in [
            "",
            "[]",
            "[operators2]",
            "[[operators]",
            "[operators]]",
            "[a,operators]",
        ] {
            check_operator(Some(other), refused);
        }
        check_operator(None, refused);
    }
}
