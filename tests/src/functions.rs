//! Calls below the API's public face: functions by name, the queue of uploads, events.

use crate::{Stack, account::local_credentials, stack::variable};
use serde_json::{Value, json};

/// What a function said when it failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionError {
    /// The stable name, `VideoGone` say.
    pub name: String,
    /// For people.
    pub message: String,
}

impl Stack {
    /// Calls a function by its name in `infra/functions.json`, `probe-media` say, and waits for its answer.
    ///
    /// # Errors
    /// The function's own.
    ///
    /// # Panics
    /// When it can't be called.
    pub async fn invoke(&self, function: &str, payload: &Value) -> Result<Value, FunctionError> {
        let deployed = self.deployed_name(function).await;
        let url = format!(
            "{}/2015-03-31/functions/{deployed}/invocations",
            variable("AWS_ENDPOINT_URL")
        );
        let request = self.http.post(url).body(payload.to_string());
        let answer = request
            .header("authorization", local_credentials("lambda"))
            .send()
            .await
            .expect("the function answers");
        let failed = answer.headers().contains_key("x-amz-function-error");
        let text = answer.text().await.expect("the answer is complete");
        let body: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        if !failed {
            return Ok(body);
        }
        let field = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Err(FunctionError {
            name: field("errorType"),
            message: field("errorMessage"),
        })
    }

    async fn deployed_name(&self, function: &str) -> String {
        let url = format!("{}/2015-03-31/functions/", variable("AWS_ENDPOINT_URL"));
        let request = self
            .http
            .get(url)
            .header("authorization", local_credentials("lambda"));
        let list: Value = crate::Answer::of(request).await.json();
        // The CDK names it `Functions`, its name in camel case, `Function`, and a digest.
        let part = format!("Functions{}Function", camel_case(function));
        let names = list["Functions"].as_array().into_iter().flatten();
        names
            .filter_map(|entry| entry["FunctionName"].as_str())
            .find(|name| name.contains(&part))
            .unwrap_or_else(|| panic!("no function {function} is deployed"))
            .to_owned()
    }

    /// Puts a message into the queue that S3 reports uploads to.
    ///
    /// # Panics
    /// When the queue refuses it.
    pub async fn send_to_upload_queue(&self, message: &Value) {
        let body =
            json!({ "QueueUrl": self.upload_queue().await, "MessageBody": message.to_string() });
        self.queue("SendMessage", &body).await;
    }

    /// How many messages of S3 wait or are being worked on.
    ///
    /// # Panics
    /// When the queue does not answer.
    pub async fn upload_queue_length(&self) -> u64 {
        let body = json!({ "QueueUrl": self.upload_queue().await, "AttributeNames": ["All"] });
        let answer = self.queue("GetQueueAttributes", &body).await;
        let number = |name: &str| -> u64 {
            let text = answer["Attributes"][name].as_str();
            text.and_then(|text| text.parse().ok())
                .unwrap_or_else(|| panic!("no {name} in {answer}"))
        };
        number("ApproximateNumberOfMessages") + number("ApproximateNumberOfMessagesNotVisible")
    }

    async fn upload_queue(&self) -> String {
        let answer = self.queue("ListQueues", &json!({})).await;
        let urls = answer["QueueUrls"].as_array().into_iter().flatten();
        urls.filter_map(Value::as_str)
            .find(|url| url.contains("StorageUploads"))
            .expect("the queue of uploads is deployed")
            .to_owned()
    }

    async fn queue(&self, operation: &str, body: &Value) -> Value {
        self.call("sqs", &format!("AmazonSQS.{operation}"), "1.0", body)
            .await
    }

    async fn call(&self, service: &str, target: &str, version: &str, body: &Value) -> Value {
        let request = self
            .http
            .post(variable("AWS_ENDPOINT_URL"))
            .header("x-amz-target", target)
            .header("content-type", format!("application/x-amz-json-{version}"))
            .header("authorization", local_credentials(service))
            .body(body.to_string());
        crate::Answer::of(request).await.json()
    }
}

fn camel_case(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(1);
            format!("{}{rest}", first.to_uppercase())
        })
        .collect()
}
