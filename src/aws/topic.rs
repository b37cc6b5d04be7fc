//! Messages to a topic of SNS.

use super::Aws;
use super::error::AwsError;

const PUBLISH: &str = "sns:Publish";

/// The Region of a topic's ARN, `arn:aws:sns:REGION:ACCOUNT:NAME`; `None` where it is none.
pub fn region_of(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", partition, "sns", region, account, name] = parts.as_slice() else { return None };
    let word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    let is_account = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    (word(partition) && word(region) && word(name) && is_account).then_some(*region)
}

/// Publishes a message. The connection's region has to be the topic's.
pub async fn publish(aws: &Aws, arn: &str, subject: &str, message: &str) -> Result<(), AwsError> {
    let sent = aws.call(PUBLISH, || {
        aws.sns.publish().topic_arn(arn).subject(subject).message(message).send()
    });
    sent.await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::region_of;

    #[test]
    fn an_arn_tells_its_region() {
        let region = region_of("arn:aws:sns:eu-west-1:111122223333:drift");
        assert_eq!(region, Some("eu-west-1"));
        for wrong in [
            "",
            "drift",
            "arn:aws:sqs:eu-west-1:111122223333:drift",
            "arn:aws:sns:eu-west-1:111122223333",
            "arn:aws:sns:eu-west-1:1111:drift",
            "arn:aws:sns:eu-west-1:111122223333:drift:b7e1",
            "arn:aws:sns::111122223333:drift",
            "arn:aws:sns:eu-west-1.evil.example/:111122223333:drift",
        ] {
            assert_eq!(region_of(wrong), None, "{wrong}");
        }
    }
}
