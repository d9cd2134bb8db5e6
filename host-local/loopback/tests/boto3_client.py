"""Asks the loopback endpoints through boto3 and checks every answer. Arguments: the base and the head commit."""

import sys
from datetime import timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BASE, HEAD = sys.argv[1:]
# No retries: every refusal is looked at. No validation: the service's own checks are to be seen.
CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
codecommit = boto3.client("codecommit", config=CONFIG)
cloudfront = boto3.client("cloudfront", config=CONFIG)


def refused(call, code, status=400, **arguments):
    try:
        answer = call(**arguments)
    except ClientError as error:
        got = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert got == (code, status), f"{got}, not {(code, status)}: {error}"
        assert error.response["Error"]["Message"], error.response
        return error
    raise AssertionError(f"{arguments} was not refused: {answer}")


def branches_and_commits():
    branch = codecommit.get_branch(repositoryName="site", branchName="main")["branch"]
    assert branch == {"branchName": "main", "commitId": HEAD}, branch
    refused(codecommit.get_branch, "RepositoryDoesNotExistException", repositoryName="other", branchName="main")
    refused(codecommit.get_branch, "BranchDoesNotExistException", repositoryName="site", branchName="other")

    commit = codecommit.get_commit(repositoryName="site", commitId=HEAD)["commit"]
    assert commit["commitId"] == HEAD and commit["parents"] == [BASE], commit
    commit = codecommit.get_commit(repositoryName="site", commitId=BASE)["commit"]
    assert commit["parents"] == [], commit
    assert commit["message"] == "base\n\nbody 本文\n", commit
    assert commit["author"] == {"name": "Ada", "email": "ada@example.org", "date": "1700000000 +0900"}, commit
    assert len(commit["treeId"]) == 40, commit
    gone = "0" * 40
    refused(codecommit.get_commit, "CommitIdDoesNotExistException", repositoryName="site", commitId=gone)
    refused(codecommit.get_commit, "InvalidCommitIdException", repositoryName="site", commitId="main")
    refused(codecommit.get_commit, "CommitIdRequiredException", repositoryName="site")


def differences():
    ask = {"repositoryName": "site", "beforeCommitSpecifier": BASE, "afterCommitSpecifier": HEAD}
    first = codecommit.get_differences(**ask)
    assert len(first["differences"]) == 100, "a page has 100"
    second = codecommit.get_differences(**ask, NextToken=first["NextToken"])
    assert "NextToken" not in second, second
    everything = first["differences"] + second["differences"]
    kinds = [difference["changeType"] for difference in everything]
    assert kinds == ["D"] + ["M"] * 120 + ["A"], "a rename is D + A, and the order is by path"
    gone, changed, new = everything[0], everything[1], everything[-1]
    assert set(gone) == {"changeType", "beforeBlob"} and set(new) == {"changeType", "afterBlob"}, (gone, new)
    assert gone["beforeBlob"]["path"] == "file 000 日本.html", gone
    assert new["afterBlob"]["path"] == "renamed ~+&<.html", new
    assert gone["beforeBlob"]["blobId"] == new["afterBlob"]["blobId"], (gone, new)
    assert changed["beforeBlob"]["mode"] == changed["afterBlob"]["mode"] == "100644", changed

    paged = codecommit.get_paginator("get_differences").paginate(**ask, PaginationConfig={"PageSize": 7})
    assert [difference for page in paged for difference in page["differences"]] == everything
    whole = codecommit.get_paginator("get_differences").paginate(repositoryName="site", afterCommitSpecifier="main")
    whole = [difference for page in whole for difference in page["differences"]]
    assert len(whole) == 150 and {difference["changeType"] for difference in whole} == {"A"}, len(whole)

    call = codecommit.get_differences
    refused(call, "InvalidContinuationTokenException", **ask, NextToken="x")
    refused(call, "InvalidContinuationTokenException", repositoryName="site", afterCommitSpecifier=HEAD, NextToken=first["NextToken"])
    refused(call, "CommitDoesNotExistException", **ask | {"beforeCommitSpecifier": "0" * 40})
    refused(call, "CommitDoesNotExistException", **ask | {"afterCommitSpecifier": "nowhere"})
    refused(call, "InvalidMaxResultsException", **ask, MaxResults=0)
    refused(call, "CommitRequiredException", repositoryName="site")


def batch(reference, *paths, quantity=None):
    paths = {"Quantity": len(paths) if quantity is None else quantity, "Items": list(paths)}
    return {"DistributionId": "E1", "InvalidationBatch": {"Paths": paths, "CallerReference": reference}}


def invalidations():
    create = cloudfront.create_invalidation
    answer = create(**batch("1", "/", "/a%20b.html", "/&;'*"))
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 201, answer
    bought = answer["Invalidation"]
    assert answer["Location"].endswith(f"/2020-05-31/distribution/E1/invalidation/{bought['Id']}"), answer
    assert bought["Status"] == "Completed" and bought["CreateTime"].tzinfo.utcoffset(None) == timezone.utc.utcoffset(None), bought
    assert bought["InvalidationBatch"]["Paths"] == {"Quantity": 3, "Items": ["/", "/a%20b.html", "/&;'*"]}, bought
    assert create(**batch("1", "/&;'*", "/", "/a%20b.html"))["Invalidation"]["Id"] == bought["Id"]
    refused(create, "InvalidationBatchAlreadyExists", **batch("1", "/"))

    bad = ["a", "", "/a b", "/日本", "/a~b", "/%", "/%4", "/%GG", "/[", "/#", "#tag", "/" + "a" * 4000]
    bad += [f"/{character}" for character in '<>"{}|\\^]`\t\x7f']
    for path in bad:
        refused(create, "InvalidArgument", **batch("2", "/fine", path))
    refused(create, "InvalidArgument", **batch("2"))
    refused(create, "InvalidArgument", **batch("", "/"))
    refused(create, "InconsistentQuantities", **batch("2", "/", quantity=2))
    refused(create, "BatchTooLarge", 413, **batch("2", *["/a"] * 3001))
    refused(create, "TooManyInvalidationsInProgress", **batch("2", *[f"/{n}*" for n in range(16)]))
    refused(create, "NoSuchDistribution", 404, **batch("2", "/") | {"DistributionId": "E2"})

    ids = [bought["Id"]] + [create(**batch(f"& <{n}>", "/%7E"))["Invalidation"]["Id"] for n in range(4)]
    got = cloudfront.get_invalidation(DistributionId="E1", Id=ids[1])["Invalidation"]
    assert got["InvalidationBatch"]["CallerReference"] == "& <0>", got
    refused(cloudfront.get_invalidation, "NoSuchInvalidation", 404, DistributionId="E1", Id="I0")
    refused(cloudfront.get_invalidation, "NoSuchDistribution", 404, DistributionId="E2", Id=ids[0])

    listed = cloudfront.list_invalidations(DistributionId="E1")["InvalidationList"]
    assert [item["Id"] for item in listed["Items"]] == ids[::-1] and listed["Quantity"] == 5, listed
    assert not listed["IsTruncated"] and "NextMarker" not in listed and listed["MaxItems"] == 100, listed
    assert set(listed["Items"][0]) == {"Id", "CreateTime", "Status"}, listed
    pages = cloudfront.get_paginator("list_invalidations").paginate(DistributionId="E1", PaginationConfig={"PageSize": 2})
    pages = [[item["Id"] for item in page["InvalidationList"]["Items"]] for page in pages]
    assert pages == [ids[:2:-1], ids[2:0:-1], ids[:1]], pages
    refused(cloudfront.list_invalidations, "InvalidArgument", DistributionId="E1", Marker="I0")
    refused(cloudfront.list_invalidations, "NoSuchDistribution", 404, DistributionId="E2")


branches_and_commits()
differences()
invalidations()
print("all as expected")
