"""Asks the loopback endpoints through boto3 and checks every answer. Arguments: the base and the head commit."""

import sys
from datetime import timezone

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

BASE, HEAD = sys.argv[1:]
BIG = 6 * 1024 * 1024
# No retries: every refusal is looked at. No validation: the service's own checks are to be seen.
CONFIG = Config(retries={"total_max_attempts": 1}, parameter_validation=False)
codecommit = boto3.client("codecommit", config=CONFIG)
cloudfront = boto3.client("cloudfront", config=CONFIG)
s3 = boto3.client("s3", config=CONFIG)


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
    assert kinds == ["A", "A", "D"] + ["M"] * 120 + ["A"] * 3, "a rename is D + A, and the order is by path"
    gone, changed, new = everything[2], everything[3], everything[-1]
    assert set(gone) == {"changeType", "beforeBlob"} and set(new) == {"changeType", "afterBlob"}, (gone, new)
    assert gone["beforeBlob"]["path"] == "file 000 日本.html", gone
    assert new["afterBlob"]["path"] == "renamed ~+&<.html", new
    assert gone["beforeBlob"]["blobId"] == new["afterBlob"]["blobId"], (gone, new)
    assert changed["beforeBlob"]["mode"] == changed["afterBlob"]["mode"] == "100644", changed

    paged = codecommit.get_paginator("get_differences").paginate(**ask, PaginationConfig={"PageSize": 7})
    assert [difference for page in paged for difference in page["differences"]] == everything
    whole = codecommit.get_paginator("get_differences").paginate(repositoryName="site", afterCommitSpecifier="main")
    whole = [difference for page in whole for difference in page["differences"]]
    assert len(whole) == 154 and {difference["changeType"] for difference in whole} == {"A"}, len(whole)

    call = codecommit.get_differences
    refused(call, "InvalidContinuationTokenException", **ask, NextToken="x")
    refused(call, "InvalidContinuationTokenException", repositoryName="site", afterCommitSpecifier=HEAD, NextToken=first["NextToken"])
    refused(call, "CommitDoesNotExistException", **ask | {"beforeCommitSpecifier": "0" * 40})
    refused(call, "CommitDoesNotExistException", **ask | {"afterCommitSpecifier": "nowhere"})
    refused(call, "InvalidMaxResultsException", **ask, MaxResults=0)
    refused(call, "CommitRequiredException", repositoryName="site")


def files():
    call = codecommit.get_file
    got = call(repositoryName="site", filePath="renamed ~+&<.html", commitSpecifier=HEAD)
    assert got["fileContent"] == b"old" and got["fileSize"] == 3 and got["fileMode"] == "NORMAL", got
    assert got["commitId"] == HEAD and got["filePath"] == "renamed ~+&<.html" and len(got["blobId"]) == 40, got
    got = call(repositoryName="site", filePath="/policy/binary", commitSpecifier="main")
    assert got["fileContent"] == bytes(range(256)) * 3 + b"\xff" and got["fileMode"] == "EXECUTABLE", got
    assert call(repositoryName="site", filePath="link")["fileMode"] == "SYMLINK", "of the default branch"
    assert len(call(repositoryName="site", filePath="big", commitSpecifier=HEAD)["fileContent"]) == BIG
    refused(call, "FileTooLargeException", repositoryName="site", filePath="bigger", commitSpecifier=HEAD)
    for missing in ["gone", "policy", ":/link", "policy/*"]:
        refused(call, "FileDoesNotExistException", repositoryName="site", filePath=missing, commitSpecifier=HEAD)
    refused(call, "FileDoesNotExistException", repositoryName="site", filePath="link", commitSpecifier=BASE)
    refused(call, "CommitDoesNotExistException", repositoryName="site", filePath="link", commitSpecifier="0" * 40)
    refused(call, "CommitDoesNotExistException", repositoryName="site", filePath="link", commitSpecifier="other")
    refused(call, "RepositoryDoesNotExistException", repositoryName="other", filePath="link")
    refused(call, "PathRequiredException", repositoryName="site")


def objects():
    call = s3.list_objects_v2
    # `encoding-type=url` is boto3's own wish; it decodes what comes back.
    first = call(Bucket="site-bucket")
    assert first["KeyCount"] == len(first["Contents"]) == first["MaxKeys"] == 1000 and first["IsTruncated"], first["KeyCount"]
    assert first["Name"] == "site-bucket" and first["EncodingType"] == "url", first
    pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket="site-bucket"))
    keys = [item["Key"] for page in pages for item in page["Contents"]]
    assert [page["KeyCount"] for page in pages] == [1000, 1000, 506], [page["KeyCount"] for page in pages]
    assert pages[1]["ContinuationToken"] == pages[0]["NextContinuationToken"], "the token comes back"
    assert keys == sorted(keys, key=str.encode) and len(set(keys)) == 2506, "by UTF-8 bytes"
    assert set(keys) >= {"a b+%20&<.html", "日本/~.html", "bad\x01\r\nkey", "p/", "p/q", "😀"}, keys[:10]
    item = first["Contents"][0]
    assert item["Size"] == 3 and item["ETag"].startswith('"') and item["StorageClass"] == "STANDARD", item

    below = call(Bucket="site-bucket", Prefix="k00", StartAfter="k0097")
    assert [item["Key"] for item in below["Contents"]] == ["k0098", "k0099"] and not below["IsTruncated"], below
    assert (below["Prefix"], below["StartAfter"]) == ("k00", "k0097") and "NextContinuationToken" not in below, below
    assert call(Bucket="site-bucket", Prefix="日本/")["KeyCount"] == 1
    assert call(Bucket="site-bucket", Prefix="k", StartAfter="a")["Contents"][0]["Key"] == "k0000"
    nothing = call(Bucket="site-bucket", Prefix="none")
    assert nothing["KeyCount"] == 0 and "Contents" not in nothing, nothing
    assert not call(Bucket="site-bucket", MaxKeys=0)["IsTruncated"]
    assert call(Bucket="site-bucket", Prefix="k000", MaxKeys=10)["IsTruncated"] is False, "just all of them"
    few = s3.get_paginator("list_objects_v2").paginate(Bucket="site-bucket", Prefix="k000", PaginationConfig={"PageSize": 3})
    assert [len(page["Contents"]) for page in few] == [3, 3, 3, 1]
    refused(call, "NoSuchBucket", 404, Bucket="other-bucket")
    refused(call, "InvalidArgument", Bucket="site-bucket", ContinuationToken="x")


def distribution():
    answer = cloudfront.get_distribution_config(Id="E1")
    assert answer["ETag"] == "E0000000000002", "it was changed once"
    config = answer["DistributionConfig"]
    assert config["DefaultRootObject"] == "index.html" and config["Enabled"], config
    origins = config["Origins"]["Items"]
    assert [(one["Id"], one["DomainName"], one["OriginPath"]) for one in origins] == [
        ("site", "site-bucket.s3.us-east-1.amazonaws.com", "/production"),
        ("api.example.org", "api.example.org", ""),
    ], origins
    assert "S3OriginConfig" in origins[0] and "CustomOriginConfig" in origins[1], origins
    behaviours = config["CacheBehaviors"]["Items"]
    disabled, optimized = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6"
    assert [(one["PathPattern"], one["TargetOriginId"], one["CachePolicyId"]) for one in behaviours] == [
        ("/api/*", "api.example.org", optimized),
        ("draft/<&>*", "site", disabled),
    ], behaviours
    default = config["DefaultCacheBehavior"]
    assert default["TargetOriginId"] == "site" and default["CachePolicyId"] == optimized, default
    [function] = default["FunctionAssociations"]["Items"]
    assert function["EventType"] == "viewer-request" and ":function/" in function["FunctionARN"], default
    [function] = behaviours[1]["LambdaFunctionAssociations"]["Items"]
    assert function["EventType"] == "origin-request" and ":lambda:" in function["LambdaFunctionARN"], behaviours
    assert "Items" not in behaviours[0]["FunctionAssociations"], behaviours
    assert config["CustomErrorResponses"]["Items"][0]["ErrorCode"] == 404, config
    assert config["CustomErrorResponses"]["Items"][0]["ErrorCachingMinTTL"] == 60, config
    # Nothing is in the answer that the service model does not know, and nothing that it requires is missing.
    website = cloudfront.get_distribution_config(Id="E3")
    assert website["ETag"] == "E0000000000001", website
    config = website["DistributionConfig"]
    assert config["Origins"]["Items"][0]["DomainName"] == "site-bucket.s3-website-us-east-1.amazonaws.com", config
    assert config["CacheBehaviors"] == config["CustomErrorResponses"] == {"Quantity": 0}, config
    shape = cloudfront.meta.service_model.shape_for("DistributionConfig")
    assert not [name for name in shape.required_members if name not in config], config
    refused(cloudfront.get_distribution_config, "NoSuchDistribution", 404, Id="E2")


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
files()
objects()
distribution()
invalidations()
print("all as expected")
