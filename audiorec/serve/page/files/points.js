// Very many points: WebGL2 where there is one, a plain canvas where not. While moving, a random part is drawn.

const MOST_MOVING = 30000;
const HUES = [168, 24, 262, 340, 205, 52, 120, 300, 12, 225, 80, 190];
const SHADER = `#version 300 es
in vec2 at; in vec3 paint; uniform vec2 middle; uniform vec2 scale; uniform float size; out vec3 tint;
void main() { gl_Position = vec4((at - middle) * scale, 0.0, 1.0); gl_PointSize = size; tint = paint; }`;
const DISC = `#version 300 es
precision mediump float; in vec3 tint; out vec4 shown;
void main() { float far = length(gl_PointCoord - 0.5); if (far > 0.5) discard;
  float soft = 1.0 - smoothstep(0.4, 0.5, far); shown = vec4(tint * soft, soft) * 0.85; }`;

// A painter of these points; groups: a number each, by which they are coloured.
export function painter(canvas, points, groups) {
  // A random order once: the first part of it is a fair part of all.
  const order = points.map((_, row) => row);
  for (let n = order.length - 1; n > 0; n--) {
    const m = Math.floor(Math.random() * (n + 1));
    [order[n], order[m]] = [order[m], order[n]];
  }
  const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true });
  return gl ? byGraphics(gl, canvas, points, groups, order) : byCanvas(canvas, points, groups, order);
}

const radius = (count, zoom) => Math.min(9, Math.max(1.6, (90 / Math.sqrt(count)) * Math.sqrt(zoom)));

function rgb(group) {
  const hue = HUES[group % HUES.length], light = group >= HUES.length ? 0.44 : 0.55;
  const part = (n) => { const k = (n + hue / 30) % 12; return light - 0.55 * Math.min(light, 1 - light) * Math.max(-1, Math.min(k - 3, 9 - k, 1)); };
  return [part(0), part(8), part(4)];
}

function byGraphics(gl, canvas, points, groups, order) {
  const made = program(gl);
  const places = new Float32Array(order.flatMap((row) => [points[row].x, points[row].y]));
  const paints = new Float32Array(order.flatMap((row) => rgb(groups[row])));
  for (const [name, data, wide] of [["at", places, 2], ["paint", paints, 3]]) {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    const where = gl.getAttribLocation(made, name);
    gl.enableVertexAttribArray(where);
    gl.vertexAttribPointer(where, wide, gl.FLOAT, false, 0, 0);
  }
  gl.useProgram(made);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const uniform = (name) => gl.getUniformLocation(made, name);
  const middle = uniform("middle"), scale = uniform("scale"), size = uniform("size");
  const paint = (view, ratio, isMoving) => {
    const { width, height } = canvas;
    const least = Math.min(width, height);
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform2f(middle, view.x, view.y);
    gl.uniform2f(scale, (least / width) * view.zoom, (least / height) * view.zoom);
    gl.uniform1f(size, 2 * radius(points.length, view.zoom) * ratio);
    gl.drawArrays(gl.POINTS, 0, isMoving ? Math.min(MOST_MOVING, order.length) : order.length);
  };
  paint.end = () => gl.getExtension("WEBGL_lose_context")?.loseContext();
  return paint;
}

function program(gl) {
  const made = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, SHADER], [gl.FRAGMENT_SHADER, DISC]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  return made;
}

function byCanvas(canvas, points, groups, order) {
  const pen = canvas.getContext("2d");
  return (view, ratio, isMoving) => {
    const { width, height } = canvas;
    const scale = (Math.min(width, height) / 2) * view.zoom;
    const wide = radius(points.length, view.zoom) * ratio;
    pen.clearRect(0, 0, width, height);
    for (const row of order.slice(0, isMoving ? 5000 : order.length)) {
      const x = width / 2 + (points[row].x - view.x) * scale, y = height / 2 - (points[row].y - view.y) * scale;
      if (x < 0 || y < 0 || x > width || y > height) continue;
      pen.fillStyle = `rgb(${rgb(groups[row]).map((one) => Math.round(one * 255)).join(" ")} / 85%)`;
      pen.beginPath();
      pen.arc(x, y, wide, 0, 7);
      pen.fill();
    }
  };
}
