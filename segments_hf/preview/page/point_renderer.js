// Draw points with WebGL. There is one canvas for all samples, because browsers limit the number of WebGL contexts.

const VERTEX_SHADER = `
  attribute vec3 position;
  attribute vec4 color;
  uniform mat4 view;
  uniform mediump float size;
  varying vec3 tint;
  void main() {
    gl_Position = view * vec4(position, 1.0);
    gl_PointSize = size;
    tint = color.rgb;
  }`;
const FRAGMENT_SHADER = `
  precision mediump float;
  uniform mediump float size;
  varying vec3 tint;
  void main() {
    if (size > 4.0 && distance(gl_PointCoord, vec2(0.5)) > 0.5) discard;
    gl_FragColor = vec4(tint, 1.0);
  }`;

const pointRenderer = { canvas: element("canvas", { class: "points", role: "img", "aria-label": "Point cloud" }), gl: null, uniforms: null, buffers: null };

/** Compile the shaders and create the buffers. Return whether the browser has WebGL. */
function startWebgl() {
  const gl = pointRenderer.canvas.getContext("webgl", { alpha: true, antialias: false });
  if (!gl) return false;
  const program = gl.createProgram();
  for (const [type, source] of [[gl.VERTEX_SHADER, VERTEX_SHADER], [gl.FRAGMENT_SHADER, FRAGMENT_SHADER]]) {
    const shader = gl.createShader(type);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  ["position", "color"].forEach((name, index) => gl.bindAttribLocation(program, index, name));
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.enable(gl.DEPTH_TEST);
  const uniforms = Object.fromEntries(["view", "size"].map((name) => [name, gl.getUniformLocation(program, name)]));
  const buffers = { position: gl.createBuffer(), color: gl.createBuffer() };
  [0, 1].forEach((index) => gl.enableVertexAttribArray(index));
  Object.assign(pointRenderer, { gl, uniforms, buffers });
  return true;
}

/** Copy the positions of points to the GPU: three numbers for each point. */
function setPositions(positions) {
  const { gl, buffers } = pointRenderer;
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.position);
  gl.bufferData(gl.ARRAY_BUFFER, positions, gl.STATIC_DRAW);
  gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
}

/** Copy the colors of points to the GPU: four bytes for each point. */
function setColors(colors) {
  const { gl, buffers } = pointRenderer;
  gl.bindBuffer(gl.ARRAY_BUFFER, buffers.color);
  gl.bufferData(gl.ARRAY_BUFFER, colors, gl.DYNAMIC_DRAW);
  gl.vertexAttribPointer(1, 4, gl.UNSIGNED_BYTE, true, 0, 0);
}

/** Draw the first `count` points. `size` is the width of a point in CSS pixels. */
function drawPoints(count, matrix, size) {
  const { canvas, gl, uniforms } = pointRenderer;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.max(1, Math.round(side * devicePixelRatio)));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  gl.viewport(0, 0, width, height);
  gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
  gl.uniformMatrix4fv(uniforms.view, false, new Float32Array(matrix));
  gl.uniform1f(uniforms.size, size * devicePixelRatio);
  gl.drawArrays(gl.POINTS, 0, count);
}

const hasWebgl = page.has_clouds && startWebgl();
pointRenderer.canvas.addEventListener("webglcontextlost", (event) => event.preventDefault()); // otherwise the browser would not restore the context
