//! What to do about an error of AWS that a retry cannot mend.

use crate::ports::PortError;

/// The advice for the person who reads the failure.
pub(crate) fn on(error: &PortError) -> &'static str {
    match error.code.as_str() {
        "BranchDoesNotExistException" | "InvalidBranchNameException" => {
            "set the function's environment variable `branch_name` to a branch of the repository"
        }
        "RepositoryDoesNotExistException" | "InvalidRepositoryNameException" => {
            "set the function's environment variable `repository_name` to a CodeCommit repository of the function's \
             own account and region"
        }
        "CommitDoesNotExistException" | "CommitIdDoesNotExistException" => {
            "the commit left the repository while it was read (a force-push, or the repository was made anew); \
             Lambda's retry reads the branch again"
        }
        "NoSuchDistribution" => {
            "set `dest_id`, or the policy's `distributions`, to the id of a distribution of the function's own account"
        }
        "AccessDenied" | "AccessDeniedException" => {
            "give the function's role the permissions of host-lambda/iam/policy.json, with this account's own names"
        }
        "EncryptionKeyAccessDeniedException" => {
            "give the function's role the optional statement of host-lambda/iam/ for the repository's KMS key"
        }
        _ if is_reference_conflict(error) => {
            "the caller reference was used before with other paths, so CloudFront purged nothing for this request; \
             references are a digest of records and paths: please report this as a bug, and purge the paths by hand"
        }
        "InvalidArgument" => {
            "CloudFront refuses the whole batch for one bad path or id, and purged nothing of it; please report the \
             paths as a bug (log level debug names them), and purge them by hand"
        }
        "request" => {
            "the request could not be made: check the function's AWS_REGION, credentials and AWS_ENDPOINT_URL settings"
        }
        _ => "a retry cannot mend this: mend the cause, then send the event again from the dead-letter queue",
    }
}

/// Both forms in which CloudFront says that a caller reference came again with other paths (aws/aws-cdk#3878).
fn is_reference_conflict(error: &PortError) -> bool {
    error.code == "InvalidationBatchAlreadyExists"
        || (error.code == "InvalidArgument" && {
            let message = error.message.to_ascii_lowercase();
            message.contains("caller reference") || message.contains("callerreference")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(code: &str, message: &str) -> &'static str {
        on(&PortError { operation: "CreateInvalidation", retriable: false, code: code.into(), message: message.into() })
    }

    #[test]
    fn both_forms_of_a_used_caller_reference_are_explained() {
        let modelled = advice("InvalidationBatchAlreadyExists", "");
        assert!(modelled.contains("used before with other paths"));
        assert_eq!(advice("InvalidArgument", "Your caller reference is associated with another"), modelled);
        assert_ne!(advice("InvalidArgument", "Your request contains a bad path"), modelled);
    }

    #[test]
    fn a_refused_permission_names_the_policy_file() {
        assert!(advice("AccessDenied", "").contains("host-lambda/iam"));
    }
}
