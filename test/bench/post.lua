-- SPDX-License-Identifier: Apache-2.0
-- wrk: post the file $BODY as JSON, with the fields of $FIELDS ("Name: value", one a line).
local file = assert(io.open(os.getenv("BODY"), "rb"))
wrk.method, wrk.body = "POST", file:read("*a")
file:close()
wrk.headers["Content-Type"] = "application/json"
for name, value in (os.getenv("FIELDS") or ""):gmatch("([^\n:]+):%s*([^\n]+)") do
  wrk.headers[name] = value
end
