-- For wrk: sends the given requests in turn, each as "GET /today/" or "POST /day/2026-11-21/calf/1/ done=yes", and
-- prints what came of it as JSON.

local requests, last = {}, 0

local function headers_for(method)
  local headers = {}
  for name, value in pairs(wrk.headers) do
    headers[name] = value
  end
  if method == "POST" then
    -- As htmx sends a form.
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    headers["HX-Request"] = "true"
  end
  return headers
end

function init(lines)
  for _, line in ipairs(lines) do
    local method, path, body = line:match("^(%S+) (%S+) ?(%S*)$")
    requests[#requests + 1] = wrk.format(method, path, headers_for(method), body ~= "" and body or nil)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local wrong = summary.errors
  local errors = wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout
  local form = '{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "errors": %d}\n'
  local middle, slow = latency:percentile(50) / 1000, latency:percentile(99) / 1000
  io.write(form:format(summary.requests, summary.duration / 1000000, middle, slow, errors))
end
