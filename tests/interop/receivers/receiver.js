// A callback receiver in Express: keeps each task's lyrics in a file named after the hash of its id.
const crypto = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");
const express = require("express");

const folder = process.env.LYRICS_FOLDER;
const key = process.env.WEBHOOK_KEY;
const app = express();
app.use(express.json());

function isSigned(request, taskId) {
  const timestamp = request.get("X-Webhook-Timestamp") || "";
  const given = Buffer.from(request.get("X-Webhook-Signature") || "", "base64");
  const wanted = crypto.createHmac("sha256", key).update(`${taskId}.${timestamp}`).digest();
  return given.length === wanted.length && crypto.timingSafeEqual(given, wanted);
}

app.post("/callback", (request, response) => {
  const { code, msg, data } = request.body;
  const taskId = data && (data.taskId || data.task_id);
  if (!taskId) return response.status(400).json({ error: "no task id" });
  if (key && !isSigned(request, taskId)) return response.status(401).json({ error: "not signed" });
  const name = crypto.createHash("sha256").update(taskId).digest("hex");
  const file = path.join(folder, `${name}.json`);
  const variants = code === 200 ? data.data : [];
  // The same task may come again, and an error must not take away the lyrics that are there.
  if (variants.length || !fs.existsSync(file)) {
    fs.writeFileSync(file, JSON.stringify({ taskId, code, msg, variants }));
  }
  response.json({ status: "received" });
});

app.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("started"));
