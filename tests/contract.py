#!/usr/bin/env python3
"""Holds the contract to OpenAPI 3.1, and a running back office to the contract.

    tests/contract.py                          checks schema/contract.yaml
    tests/contract.py URL TOKEN USER [USER…]   and whether the back office at URL answers as it says

It reads everything, makes, changes and deletes one task of the first user, and leaves nothing behind. Whoever
builds a back office may run it against theirs. Needs PyYAML, jsonschema and openapi-spec-validator.
"""

import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid

import jsonschema
import yaml
from openapi_spec_validator import validate

CONTRACT = pathlib.Path(__file__).parent.parent / "schema" / "contract.yaml"
DATA = {"events": "Event", "tasks": "Task", "notes": "Note"}


class Office:
    def __init__(self, contract, url, token):
        self.contract, self.url, self.token = contract, url.rstrip("/").removesuffix("/v1"), token

    def call(self, template, expected, method="GET", data=None, headers=None, names=None, **query):
        """Makes a call and holds its answer to what the contract says of this status."""
        path = template.format(**{name: urllib.parse.quote(value, safe="") for name, value in (names or {}).items()})
        address = f"{self.url}{path}?{urllib.parse.urlencode(query)}"
        body = None if data is None else json.dumps({"data": data}).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        request = urllib.request.Request(address, body, headers, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=120)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read()
        what = f"{method} {path}"
        if answer.status != expected:
            raise SystemExit(f"{what}: answered {answer.status} instead of {expected}: {text[:300]!r}")
        responses = self.contract["paths"][template][method.lower()]["responses"]
        response = self.resolve(responses[str(expected)])
        if "content" not in response:
            return None
        value = json.loads(text)
        self.hold(value, response["content"]["application/json"]["schema"], what)
        if "ETag" in response.get("headers", {}) and answer.headers["ETag"] != f'"{value["rev"]}"':
            raise SystemExit(f"{what}: the ETag {answer.headers['ETag']} is not the rev {value['rev']} in quotes")
        return value

    def resolve(self, part):
        while "$ref" in part:
            name = part["$ref"].removeprefix("#/").split("/")
            part = self.contract
            for step in name:
                part = part[step]
        return part

    def hold(self, value, schema, what):
        whole = {**schema, "components": self.contract["components"]}
        for error in jsonschema.Draft202012Validator(whole).iter_errors(value):
            where = "/".join(map(str, error.absolute_path))
            raise SystemExit(f"{what}: {where}: {error.message[:300]}")

    def hold_data(self, collection, data, what):
        name = DATA.get(collection, "Card")
        self.hold(data, {"$ref": f"#/components/schemas/{name}"}, what)

    def changes(self, collection, **query):
        """All there is, page by page; each object held to the schema of its collection."""
        count, more = 0, True
        while more:
            page = self.call("/v1/{collection}/changes", 200, names={"collection": collection}, limit=200, **query)
            for item in page["items"]:
                if item["op"] == "upsert":
                    count += 1
                    self.hold_data(collection, item["data"], f"{collection} {item['id']}")
            query["since"], more = page["cursor"], page["more"]
        print(f"  {count:6} {collection} {query.get('user', '')} {query.get('calendar', '')}")
        return query["since"]


def write(office, user):
    """One task through its whole life, each write repeated as after a lost answer."""
    of_tasks = {"names": {"collection": "tasks"}, "user": user}
    since = office.changes("tasks", user=user)
    task = {"@type": "Task", "uid": str(uuid.uuid4()), "title": "Test", "example.com:kept": [1, "æ"]}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    made = office.call("/v1/{collection}", 201, "POST", task, key, **of_tasks)
    again = office.call("/v1/{collection}", 201, "POST", task, key, **of_tasks)
    assert made == again, f"the same Idempotency-Key was answered {made} and {again}"
    of_task = {"names": {"collection": "tasks", "id": str(made["id"])}, "user": user}
    there = office.call("/v1/{collection}/{id}", 200, **of_task)
    assert there["data"].get("example.com:kept") == [1, "æ"], "an unknown property was dropped"
    held = {"If-Match": f'"{made["rev"]}"', "Idempotency-Key": str(uuid.uuid4())}
    done = office.call("/v1/{collection}/{id}", 200, "PUT", {**task, "progress": "completed"}, held, **of_task)
    again = office.call("/v1/{collection}/{id}", 200, "PUT", {**task, "progress": "completed"}, held, **of_task)
    assert done == again and done["rev"] != made["rev"], f"a repeated PUT was answered {done} and {again}"
    stale = {**held, "Idempotency-Key": str(uuid.uuid4())}
    conflict = office.call("/v1/{collection}/{id}", 412, "PUT", task, stale, **of_task)
    assert conflict.get("current", done)["rev"] == done["rev"], f"412 came with {conflict}"
    page = office.call("/v1/{collection}/changes", 200, since=since, **of_tasks)
    told = [item for item in page["items"] if item["id"] == made["id"]]
    assert told and told[-1]["rev"] == done["rev"], f"the write was reported as {told}"
    held = {"If-Match": f'"{done["rev"]}"'}
    office.call("/v1/{collection}/{id}", 204, "DELETE", None, held, **of_task)
    office.call("/v1/{collection}/{id}", 404, "DELETE", None, held, **of_task)
    office.call("/v1/{collection}/{id}", 404, **of_task)
    page = office.call("/v1/{collection}/changes", 200, since=page["cursor"], **of_tasks)
    assert [item["op"] for item in page["items"] if item["id"] == made["id"]] == ["delete"], "the delete was not reported"


def main():
    contract = yaml.safe_load(CONTRACT.read_text())
    validate(contract)
    print(f"{CONTRACT.name} is OpenAPI {contract['openapi']}")
    if len(sys.argv) < 4:
        return
    url, token, *users = sys.argv[1:]
    office = Office(contract, url, token)
    offer = office.call("/v1", 200)["collections"]
    Office(contract, url, token + "x").call("/v1", 401)
    print(f"{url} offers {', '.join(offer)}")
    for user in users:
        office.call("/v1/identities", 200, user=user)
        for calendar in office.call("/v1/calendars", 200, user=user):
            office.changes("events", user=user, calendar=calendar["id"])
        for collection in {"tasks", "contacts", "notes"} & offer.keys():
            office.changes(collection, user=user)
    for collection in {"people", "companies"} & offer.keys():
        office.changes(collection)
        found = office.call("/v1/directory/search", 200, q="", limit=10)
        print(f"  {found['total']:6} in the directory")
    if offer.get("tasks", {}).get("write"):
        write(office, users[0])
    print("as the contract says")


if __name__ == "__main__":
    main()
