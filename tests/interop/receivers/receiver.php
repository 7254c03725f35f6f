<?php
// A callback receiver for PHP's built-in server: keeps each task's lyrics in a file named after its id's hash.

function answer(int $status, array $body): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($body);
    exit;
}

function is_signed(string $taskId, string $key): bool
{
    $timestamp = $_SERVER['HTTP_X_WEBHOOK_TIMESTAMP'] ?? '';
    $wanted = base64_encode(hash_hmac('sha256', $taskId . '.' . $timestamp, $key, true));
    return hash_equals($wanted, $_SERVER['HTTP_X_WEBHOOK_SIGNATURE'] ?? '');
}

if ($_SERVER['REQUEST_METHOD'] !== 'POST' || $_SERVER['REQUEST_URI'] !== '/callback') {
    answer(404, ['error' => 'not found']);
}
$callback = json_decode(file_get_contents('php://input'), true);
$data = $callback['data'] ?? null;
$taskId = $data['taskId'] ?? $data['task_id'] ?? null;
if (!is_string($taskId)) {
    answer(400, ['error' => 'no task id']);
}
$key = getenv('WEBHOOK_KEY');
if ($key && !is_signed($taskId, $key)) {
    answer(401, ['error' => 'not signed']);
}
$file = getenv('LYRICS_FOLDER') . '/' . hash('sha256', $taskId) . '.json';
$variants = $callback['code'] === 200 ? $data['data'] : [];
// The same task may come again, and an error must not take away the lyrics that are there.
if ($variants || !file_exists($file)) {
    $kept = ['taskId' => $taskId, 'code' => $callback['code'], 'msg' => $callback['msg'], 'variants' => $variants];
    file_put_contents($file, json_encode($kept));
}
answer(200, ['status' => 'received']);
